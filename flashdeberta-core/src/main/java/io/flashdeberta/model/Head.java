package io.flashdeberta.model;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;

/** What turns hidden states into a task's outputs. Its weights belong to the backend that loaded them. */
public interface Head {

    /** Output rows for one sequence of these token ids. */
    int rows(int[] ids);

    /** Values in each output row. */
    int columns();

    /**
     * Computes the outputs of a batch.
     *
     * @param hidden {@code [totalTokens, hidden]}; stays the caller's
     * @return {@code [sum of rows, columns]}, sequence after sequence
     */
    Tensor apply(Session session, Tensor hidden, PackedBatch batch);
}
