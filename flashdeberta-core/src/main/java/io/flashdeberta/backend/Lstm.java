package io.flashdeberta.backend;

import io.flashdeberta.checkpoint.WeightTensor;

/** Loaded weights of a bidirectional LSTM of one layer (Hochreiter and Schmidhuber, 1997; Gers et al., 2000). */
public interface Lstm extends AutoCloseable {

    /** Columns of the input. */
    int inputs();

    /** Columns of one direction's states. */
    int hidden();

    @Override
    void close();

    /**
     * One direction's weights, as PyTorch names and orders them: the rows of the input, forget, cell and output gate one after the
     * other.
     *
     * @param inputs {@code weight_ih [4·hidden, inputs]}
     * @param states {@code weight_hh [4·hidden, hidden]}
     * @param inputBias {@code bias_ih [4·hidden]}
     * @param stateBias {@code bias_hh [4·hidden]}
     */
    record Direction(
            WeightTensor inputs,
            WeightTensor states,
            WeightTensor inputBias,
            WeightTensor stateBias) {

        public static final int GATES = 4;

        public int hidden() {
            return Math.toIntExact(states.shape()[1]);
        }
    }

    /**
     * Checks what it is to run over.
     *
     * @throws IllegalArgumentException if {@code x} has other columns, or {@code offsets} do not divide its rows
     */
    default void check(Tensor x, int[] offsets) {
        if (x.columns() != inputs()) {
            throw new IllegalArgumentException(
                    "A row has " + x.columns() + " values; the LSTM takes " + inputs() + ".");
        }
        int end = 0;
        for (int s = 0; s < offsets.length; s++) {
            if (s == 0 ? offsets[s] != 0 : offsets[s] < end) {
                throw new IllegalArgumentException("Sequence " + s + " starts at row " + offsets[s]
                        + "; expected " + (s == 0 ? "0." : "at least " + end + "."));
            }
            end = offsets[s];
        }
        if (offsets.length == 0 || end != x.rows()) {
            throw new IllegalArgumentException(
                    "The sequences have " + end + " rows; there are " + x.rows() + ".");
        }
    }
}
