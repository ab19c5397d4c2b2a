package io.flashdeberta.tokenizer;

import io.flashdeberta.checkpoint.CheckpointException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What {@code tokenizer_config.json} says; defaults where it is silent. */
final class TokenizerSettings {

    private final String model;
    private final JsonNode config;

    TokenizerSettings(String model, JsonNode config) {
        this.model = model;
        this.config = config;
    }

    /** {@link Integer#MAX_VALUE} when absent, and when it is the 1e30 that transformers writes for "no limit". */
    int modelMaxLength() {
        JsonNode length = config.path("model_max_length");
        if (length.isMissingNode() || length.isNull()) {
            return Integer.MAX_VALUE;
        }
        if (!length.isNumber() || length.doubleValue() < 1) {
            throw new CheckpointException("The tokenizer_config.json of '" + model
                    + "' has the model_max_length " + length + "; expected a number ≥ 1.");
        }
        return (int) Math.min(length.doubleValue(), Integer.MAX_VALUE);
    }

    SpecialTokens specialTokens(Vocabulary vocabulary) {
        String mask = named("mask_token");
        return new SpecialTokens(
                id(vocabulary, "cls_token", "[CLS]"),
                id(vocabulary, "sep_token", "[SEP]"),
                id(vocabulary, "pad_token", "[PAD]"),
                id(vocabulary, "unk_token", "[UNK]"),
                mask == null
                        ? vocabulary.id("[MASK]")
                        : OptionalInt.of(id(vocabulary, "mask_token", mask)));
    }

    private int id(Vocabulary vocabulary, String role, String otherwise) {
        String named = named(role);
        String token = named == null ? otherwise : named;
        return vocabulary
                .id(token)
                .orElseThrow(
                        () -> new CheckpointException(
                                "The vocabulary of '" + model + "' lacks its " + role + " '" + token
                                        + "'. Check that tokenizer.json and tokenizer_config.json belong together."));
    }

    /** The token in a role, written as a string or as an object with its content; null when not given. */
    private @Nullable String named(String role) {
        JsonNode token = config.path(role);
        JsonNode content = token.isObject() ? token.path("content") : token;
        if (content.isMissingNode() || content.isNull()) {
            return null;
        }
        if (!content.isString()) {
            throw new CheckpointException("The tokenizer_config.json of '" + model + "' has the "
                    + role + " " + token + "; expected a string, or an object with a content.");
        }
        return content.stringValue();
    }
}
