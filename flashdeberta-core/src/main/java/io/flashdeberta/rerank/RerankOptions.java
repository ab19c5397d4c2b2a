package io.flashdeberta.rerank;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.Truncation;

import org.jspecify.annotations.Nullable;

/**
 * What to return of a ranking.
 *
 * @param topN at most this many results, the best ones, at least 1; null for all
 * @param minScore only results of at least this {@link RerankResult#score()}; null for all
 * @param truncation what happens to a pair of query and document that is too long: {@link Truncation#TRUNCATE} cuts the longer
 *     of the two, {@link Truncation#WINDOW} scores a document by its best window
 */
public record RerankOptions(
        @Nullable Integer topN, @Nullable Double minScore, Truncation truncation) {

    private static final RerankOptions DEFAULTS =
            new RerankOptions(null, null, Truncation.TRUNCATE);

    public RerankOptions {
        if (topN != null) {
            Arguments.requireAtLeast(1, topN, "topN");
        }
        if (minScore != null && minScore.isNaN()) {
            throw new IllegalArgumentException("minScore is NaN; expected a number.");
        }
    }

    /** All results; too long pairs are cut. */
    public static RerankOptions defaults() {
        return DEFAULTS;
    }

    /** The best {@code topN} results; too long pairs are cut. */
    public static RerankOptions topN(int topN) {
        return DEFAULTS.withTopN(topN);
    }

    public RerankOptions withTopN(@Nullable Integer topN) {
        return new RerankOptions(topN, minScore, truncation);
    }

    public RerankOptions withMinScore(@Nullable Double minScore) {
        return new RerankOptions(topN, minScore, truncation);
    }

    public RerankOptions withTruncation(Truncation truncation) {
        return new RerankOptions(topN, minScore, truncation);
    }
}
