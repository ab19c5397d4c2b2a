package io.flashdeberta.backend;

import io.flashdeberta.checkpoint.WeightTensor;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One model's place on a device: loads weights into the device's own layouts and opens sessions that compute with them.
 * Owns all that it loaded; {@link #close()} frees it. Loading is for one thread at a time.
 */
public interface Backend extends AutoCloseable {

    /** What computes, for logs: device, library and settings. */
    String description();

    /**
     * Stacks weight matrices {@code [outputsₖ, inputs]} along their outputs into one.
     *
     * @param biases one {@code [outputsₖ]} for each matrix, or empty
     */
    Linear loadLinear(List<WeightTensor> weights, List<WeightTensor> biases);

    /** Loads scale and shift {@code [size]}. */
    LayerNorm loadLayerNorm(WeightTensor weight, WeightTensor bias, float epsilon);

    /**
     * Loads the embedding layer.
     *
     * @param words {@code [vocabulary, embedding]}
     * @param positions {@code [maxPositions, embedding]}, or null
     * @param types {@code [types, embedding]}, or null
     * @param projection {@code embedding → hidden}, or null when they are equal
     */
    Embeddings loadEmbeddings(
            WeightTensor words,
            @Nullable WeightTensor positions,
            @Nullable WeightTensor types,
            @Nullable Linear projection,
            LayerNorm norm);

    /**
     * Loads a convolution over odd {@code k} tokens.
     *
     * @param weight {@code [hidden, hidden/groups, k]}
     * @param bias {@code [hidden]}
     */
    Convolution loadConvolution(
            WeightTensor weight, WeightTensor bias, int groups, Activation activation);

    /** Loads an LSTM; both directions have weights of the same shapes. */
    Lstm loadLstm(Lstm.Direction forward, Lstm.Direction backward);

    /**
     * Prepares one layer's attention.
     *
     * @param keyPositions KR, {@code [buckets.rows(), heads·headSize]}, for content-to-position; null for none
     * @param queryPositions QR, of the same shape, for position-to-content; null for none
     * @param buckets the rows of KR and QR; null when both are null
     * @param scale what all scores are multiplied with before the softmax
     */
    Attention loadAttention(
            int heads,
            int headSize,
            @Nullable Tensor keyPositions,
            @Nullable Tensor queryPositions,
            @Nullable RelativeBuckets buckets,
            float scale);

    /** Opens a session; it is used by one thread at a time, and several of them run side by side. */
    Session openSession();

    /** Tokens of a batch that keep a session busy; more of them only make calls wait for each other. */
    default int batchTokens() {
        return 4096;
    }

    /** Whether several sessions get more done than one. */
    default boolean gainsFromSessions() {
        return false;
    }

    /** Opens the same device with numbers of a wider range, for what overflows here; null where that is not to be expected. */
    default @Nullable Supplier<Backend> wider() {
        return null;
    }

    /** Bytes of the device's memory that this backend holds outside the Java heap, weights and sessions together. */
    long allocatedBytes();

    @Override
    void close();
}
