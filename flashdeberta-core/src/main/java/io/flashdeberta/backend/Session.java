package io.flashdeberta.backend;

import io.flashdeberta.checkpoint.WeightTensor;

import java.util.function.Supplier;

/**
 * The fused operations of a forward pass, and the memory their results live in. Operations run in the order they are called.
 * Every returned tensor is new and belongs to the caller, who closes it; {@link #close()} frees what is left.
 */
public interface Session extends AutoCloseable {

    /** Runs a forward pass on the thread where this device wants it run, and waits for it. */
    <T> T call(Supplier<T> pass);

    /**
     * Embeds: word (+ position) (+ type) → projection, if any → layer normalisation, {@code [totalTokens, hidden]}.
     */
    Tensor embed(Embeddings embeddings, PackedBatch batch);

    /** {@code activation(x·Wᵀ + b)}: {@code [rows, inputs] → [rows, outputs]}. */
    Tensor linear(Tensor x, Linear linear, Activation activation);

    /** Normalises each row: {@code [rows, size] → [rows, size]}. */
    Tensor layerNorm(Tensor x, LayerNorm norm);

    /** Normalises each row of {@code x + residual}, all {@code [rows, size]}. */
    Tensor addLayerNorm(Tensor x, Tensor residual, LayerNorm norm);

    /**
     * Disentangled self-attention within each sequence:
     * {@code softmax(scale · (Qᵢ·Kⱼ + Qᵢ·KR[δ(i−j)] + Kⱼ·QR[δ(i−j)]))·V}.
     *
     * @param qkv queries, keys and values of all heads side by side, {@code [totalTokens, 3·heads·headSize]}
     * @return {@code [totalTokens, heads·headSize]}
     */
    Tensor attention(Tensor qkv, Attention attention, PackedBatch batch);

    /** {@code activation(conv1d(x) + b)} within each sequence, zeros beyond its ends: {@code [totalTokens, hidden]}. */
    Tensor convolve(Tensor x, Convolution convolution, PackedBatch batch);

    /**
     * Runs an LSTM forwards and backwards over each sequence, from states of zeros: {@code [rows, inputs] → [rows, 2·hidden]}, of each
     * row the forward state, then the backward one.
     *
     * @param offsets where each sequence starts, and the number of rows at the end, {@code [sequences + 1]}; a sequence may be empty
     * @throws IllegalArgumentException if {@code x} has other columns than the LSTM takes, or {@code offsets} do not divide its rows
     */
    Tensor lstm(Tensor x, Lstm lstm, int[] offsets);

    /** Copies the named rows: {@code [rows.length, columns]}. */
    Tensor gatherRows(Tensor x, int[] rows);

    /** Copies columns {@code [from, to)}: {@code [rows, to − from]}. */
    Tensor sliceColumns(Tensor x, int from, int to);

    /** The mean over each sequence's tokens: {@code [sequences, columns]}. */
    Tensor meanRows(Tensor x, PackedBatch batch);

    /**
     * Runs a pass whose operations depend on nothing but the batch and what was loaded. A device may record it and replay the
     * recording for batches of like shape.
     *
     * @param owner whose pass it is: one owner's passes are the same operations on the same weights
     * @return what the pass returns
     */
    default Tensor repeatable(Object owner, PackedBatch batch, Supplier<Tensor> pass) {
        return pass.get();
    }

    /** Copies a weight matrix {@code [rows, columns]} in. */
    Tensor upload(WeightTensor matrix);

    /** Copies a tensor out, row by row. */
    float[] read(Tensor x);

    @Override
    void close();
}
