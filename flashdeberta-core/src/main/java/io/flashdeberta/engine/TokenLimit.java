package io.flashdeberta.engine;

import io.flashdeberta.model.DebertaConfig;

import org.jspecify.annotations.Nullable;

/** How long one sequence may be. */
final class TokenLimit {

    private TokenLimit() {}

    /**
     * What was asked for, else what the tokenizer says, else what the model was trained with. Absolute positions are a bound that
     * nothing can raise.
     *
     * @param tokenizerLimit {@link Integer#MAX_VALUE} for none
     */
    static int of(@Nullable Integer asked, int tokenizerLimit, DebertaConfig config) {
        int bound = config.absolutePositions() ? config.maxPositions() : Integer.MAX_VALUE;
        if (asked == null) {
            int limit =
                    tokenizerLimit == Integer.MAX_VALUE ? config.maxPositions() : tokenizerLimit;
            return Math.min(limit, bound);
        }
        if (asked > bound) {
            throw new IllegalArgumentException(
                    "maxTokens is " + asked + "; this model has absolute positions for " + bound
                            + " tokens and cannot read more.");
        }
        return asked;
    }
}
