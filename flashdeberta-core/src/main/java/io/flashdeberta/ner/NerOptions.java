package io.flashdeberta.ner;

import io.flashdeberta.engine.Truncation;

import java.util.Set;

/**
 * Which entities to return.
 *
 * @param aggregation how tokens become entities
 * @param labels only entities with these labels of {@link DebertaNer#labels()}; empty for all
 * @param threshold only entities of at least this score, from 0 to 1
 * @param truncation what happens to a text that is too long
 */
public record NerOptions(
        Aggregation aggregation, Set<String> labels, double threshold, Truncation truncation) {

    private static final NerOptions DEFAULTS =
            new NerOptions(Aggregation.SIMPLE, Set.of(), 0, Truncation.WINDOW);

    public NerOptions {
        labels = Set.copyOf(labels);
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException(
                    "threshold is " + threshold + "; expected a number from 0 to 1.");
        }
    }

    /** All entities, {@link Aggregation#SIMPLE}; long texts are read in windows. */
    public static NerOptions defaults() {
        return DEFAULTS;
    }

    public NerOptions withAggregation(Aggregation aggregation) {
        return new NerOptions(aggregation, labels, threshold, truncation);
    }

    public NerOptions withLabels(Set<String> labels) {
        return new NerOptions(aggregation, labels, threshold, truncation);
    }

    public NerOptions withThreshold(double threshold) {
        return new NerOptions(aggregation, labels, threshold, truncation);
    }

    public NerOptions withTruncation(Truncation truncation) {
        return new NerOptions(aggregation, labels, threshold, truncation);
    }
}
