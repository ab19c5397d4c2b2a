package io.flashdeberta.tokenizer;

import io.flashdeberta.checkpoint.CheckpointException;
import java.util.Arrays;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tokens of a {@code tokenizer.json} by id: those of its model and those added. */
final class Vocabulary {

    private static final int MAX_SIZE = 1 << 24;

    private final String model;
    private @Nullable String[] tokens = new String[0];

    Vocabulary(String model, JsonNode tokenizer) {
        this.model = model;
        JsonNode vocab = tokenizer.path("model").path("vocab");
        if (vocab.isArray()) {
            tokens = new String[vocab.size()];
            for (int id = 0; id < vocab.size(); id++) {
                put(vocab.path(id).path(0), id);
            }
        } else if (vocab.isObject()) {
            vocab.properties().forEach(entry -> put(entry.getKey(), entry.getValue()));
        } else {
            throw malformed("it has no model.vocab");
        }
        for (JsonNode added : tokenizer.path("added_tokens")) {
            put(added.path("content").asString(""), added.path("id"));
        }
    }

    private void put(JsonNode token, int id) {
        if (!token.isString()) {
            throw malformed("entry " + id + " of model.vocab has no token");
        }
        tokens[id] = token.stringValue();
    }

    private void put(String token, JsonNode id) {
        if (!id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= MAX_SIZE) {
            throw malformed(
                    "token '" + token + "' has the id " + id + ", expected 0 to " + (MAX_SIZE - 1));
        }
        if (id.intValue() >= tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(id.intValue() + 1, tokens.length));
        }
        tokens[id.intValue()] = token;
    }

    int size() {
        return tokens.length;
    }

    String token(int id) {
        String token = id < 0 || id >= tokens.length ? null : tokens[id];
        if (token == null) {
            throw new IllegalArgumentException("The vocabulary of '" + model + "' has no id " + id
                    + "; its ids end at " + (size() - 1) + ".");
        }
        return token;
    }

    OptionalInt id(String token) {
        int id = Arrays.asList(tokens).lastIndexOf(token);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private CheckpointException malformed(String what) {
        return new CheckpointException("The tokenizer.json of '" + model + "' is not a tokenizer: "
                + what + ". It may be damaged; fetch it again.");
    }
}
