package io.flashdeberta.engine;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks of what callers pass in; each throws {@link IllegalArgumentException} saying what was found and expected. */
public final class Arguments {

    private Arguments() {}

    /**
     * Requires a text, which may be empty.
     *
     * @param name the argument, as in "query"
     */
    public static String requireText(@Nullable String text, String name) {
        if (text == null) {
            throw new IllegalArgumentException(
                    "The " + name + " is null; expected a text, which may be empty.");
        }
        return text;
    }

    /**
     * Requires a list of texts, which may be empty as may the texts.
     *
     * @param name one of them, as in "document"
     */
    public static List<String> requireTexts(
            @Nullable List<? extends @Nullable String> texts, String name) {
        if (texts == null) {
            throw new IllegalArgumentException(
                    "The list of " + name + "s is null; expected a list, which may be empty.");
        }
        int index = 0;
        for (String text : texts) {
            requireText(text, name + " at index " + index++);
        }
        return List.copyOf(texts);
    }

    /** Requires a time above zero. */
    public static Duration requireTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout + "; expected a time above zero.");
        }
        return timeout;
    }

    public static int requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; expected at least " + least + ".");
        }
        return value;
    }
}
