package io.flashdeberta.engine;

import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.model.DebertaConfig;

import org.jspecify.annotations.Nullable;

/** How long one sequence may be. */
final class TokenLimit {

    private static final int FEWEST_TOKENS = 5;

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
            if (limit < FEWEST_TOKENS) {
                throw new CheckpointException("tokenizer_config.json has model_max_length " + limit
                        + "; expected at least " + FEWEST_TOKENS + ". Correct the file.");
            }
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
