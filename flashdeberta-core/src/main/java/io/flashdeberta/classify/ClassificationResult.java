package io.flashdeberta.classify;

import java.util.List;

/**
 * How much each label fits a text.
 *
 * @param labels all labels, the best first
 * @param tokens tokens the model read, special tokens included
 * @param truncated whether the end of a text was not read
 */
public record ClassificationResult(List<LabelScore> labels, int tokens, boolean truncated) {

    public ClassificationResult {
        labels = List.copyOf(labels);
    }

    /** The label that fits best. */
    public LabelScore best() {
        return labels.get(0);
    }
}
