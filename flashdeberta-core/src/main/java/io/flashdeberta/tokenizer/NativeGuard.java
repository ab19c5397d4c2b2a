package io.flashdeberta.tokenizer;

import io.flashdeberta.checkpoint.CheckpointException;

import tools.jackson.databind.JsonNode;

/** Refuses the tokenizer files over which the native tokenizer would end the JVM instead of throwing. */
final class NativeGuard {

    private NativeGuard() {}

    static void check(String model, JsonNode tokenizer) {
        for (JsonNode normalizer : tokenizer.path("normalizer").findParents("type")) {
            if (normalizer.path("type").asString("").equals("Precompiled")) {
                String charsmap = normalizer.path("precompiled_charsmap").asString("");
                require(
                        model,
                        Charsmap.isValid(charsmap),
                        "its precompiled_charsmap is not a SentencePiece table");
            }
        }
        for (JsonNode template : tokenizer.path("post_processor").findParents("single")) {
            for (JsonNode piece : template.path("single")) {
                boolean second = piece.path("Sequence").path("id").asString("").equals("B");
                require(model, !second, "its template for a single text has a second one");
            }
        }
    }

    private static void require(String model, boolean holds, String otherwise) {
        if (!holds) {
            throw new CheckpointException(
                    "The tokenizer.json of '" + model + "' is not a tokenizer: " + otherwise
                            + ". It may be damaged; fetch it again.");
        }
    }
}
