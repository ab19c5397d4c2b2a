package io.flashdeberta.model;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The base model's outputs: the hidden states of all tokens, of the first, or their mean. */
public enum HiddenStates {
    ALL_TOKENS,
    FIRST_TOKEN,
    MEAN;

    /** These outputs as a head, {@code hiddenSize} columns wide. */
    public Head head(int hiddenSize) {
        return new Head() {
            @Override
            public int rows(int[] ids) {
                return HiddenStates.this == ALL_TOKENS ? ids.length : 1;
            }

            @Override
            public int columns() {
                return hiddenSize;
            }

            @Override
            public Tensor apply(Session session, Tensor hidden, PackedBatch batch) {
                return select(session, hidden, batch);
            }
        };
    }

    private Tensor select(Session session, Tensor hidden, PackedBatch batch) {
        return switch (this) {
            case ALL_TOKENS ->
                session.gatherRows(
                        hidden, IntStream.range(0, batch.totalTokens()).toArray());
            case FIRST_TOKEN ->
                session.gatherRows(hidden, Arrays.copyOf(batch.offsets(), batch.sequences()));
            case MEAN -> session.meanRows(hidden, batch);
        };
    }
}
