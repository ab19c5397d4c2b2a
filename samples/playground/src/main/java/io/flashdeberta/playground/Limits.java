package io.flashdeberta.playground;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** What a request may hold. */
final class Limits {

    static final int TEXTS = 256;
    static final int CHARACTERS = 100_000;

    private Limits() {}

    static String requireText(String field, @Nullable String text) {
        if (text == null || text.isBlank()) {
            throw badRequest("'" + field + "' is " + (text == null ? "missing" : "blank")
                    + "; expected a text.");
        }
        if (text.length() > CHARACTERS) {
            throw tooLarge("'" + field + "' has " + text.length() + " characters; at most "
                    + CHARACTERS + " are allowed.");
        }
        return text;
    }

    static List<String> requireTexts(String field, @Nullable List<@Nullable String> texts) {
        if (texts == null || texts.isEmpty()) {
            throw badRequest("'" + field + "' is " + (texts == null ? "missing" : "empty")
                    + "; expected a list of texts.");
        }
        if (texts.size() > TEXTS) {
            throw tooLarge("'" + field + "' has " + texts.size() + " texts; at most " + TEXTS
                    + " are allowed.");
        }
        List<String> checked = new ArrayList<>();
        for (String text : texts) {
            checked.add(requireText(field + "[" + checked.size() + "]", text));
        }
        return checked;
    }

    private static ResponseStatusException badRequest(String reason) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, reason);
    }

    private static ResponseStatusException tooLarge(String reason) {
        return new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE, reason);
    }
}
