package io.flashdeberta.rerank;

import io.flashdeberta.checkpoint.CheckpointException;

import tools.jackson.databind.JsonNode;

/** The activation that sentence-transformers recorded in a {@code config.json}, as the name of a PyTorch class. */
final class CheckpointActivation {

    private CheckpointActivation() {}

    static ScoreActivation read(JsonNode config) {
        JsonNode name = config.path("sentence_transformers").path("activation_fn");
        if (!name.isString()) {
            name = config.path("sbert_ce_default_activation_function");
        }
        if (!name.isString()) {
            return ScoreActivation.SIGMOID;
        }
        String found = name.asString();
        return switch (found.substring(found.lastIndexOf('.') + 1)) {
            case "Identity" -> ScoreActivation.NONE;
            case "Sigmoid" -> ScoreActivation.SIGMOID;
            default ->
                throw new CheckpointException(
                        "config.json has the score activation \"" + found
                                + "\"; expected Identity or Sigmoid. Choose one with scoreActivation(...).");
        };
    }
}
