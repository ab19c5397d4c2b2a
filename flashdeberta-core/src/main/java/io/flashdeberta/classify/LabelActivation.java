package io.flashdeberta.classify;

import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.engine.Probabilities;

import tools.jackson.databind.JsonNode;

/** From logits to scores, chosen by {@code problem_type} as transformers does. */
enum LabelActivation {
    NONE,
    SIGMOID,
    SOFTMAX;

    static LabelActivation of(JsonNode config, int labels) {
        LabelActivation byLabels = labels == 1 ? SIGMOID : SOFTMAX;
        JsonNode type = config.path("problem_type");
        if (!type.isString()) {
            return byLabels;
        }
        return switch (type.asString()) {
            case "regression" -> NONE;
            case "multi_label_classification" -> SIGMOID;
            case "single_label_classification" -> byLabels;
            default ->
                throw new CheckpointException(
                        "config.json has problem_type = " + type
                                + "; expected regression, multi_label_classification or single_label_classification.");
        };
    }

    float[] scores(float[] logits) {
        return switch (this) {
            case NONE -> logits;
            case SOFTMAX -> Probabilities.softmax(logits);
            case SIGMOID -> {
                float[] scores = new float[logits.length];
                for (int i = 0; i < logits.length; i++) {
                    scores[i] = Probabilities.sigmoid(logits[i]);
                }
                yield scores;
            }
        };
    }
}
