package io.flashdeberta.model;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoder's hyper-parameters, named as in {@code config.json}.
 *
 * @param headSize size of one attention head; {@code hiddenSize / heads} unless the file says otherwise
 * @param maxPositions rows of the absolute position table, and the default for {@code maxRelativePositions}
 * @param typeVocabSize token types, 0 for none
 * @param contentToPosition whether scores have the term Q·KR
 * @param positionToContent whether scores have the term K·QR
 * @param convolution the convolution after the first layer, or null
 */
public record DebertaConfig(
        int vocabSize,
        int hiddenSize,
        int embeddingSize,
        int layers,
        int heads,
        int headSize,
        int intermediateSize,
        Activation activation,
        float layerNormEpsilon,
        int maxPositions,
        int typeVocabSize,
        boolean absolutePositions,
        boolean relativeAttention,
        boolean contentToPosition,
        boolean positionToContent,
        boolean sharedPositionKeys,
        int positionBuckets,
        int maxRelativePositions,
        boolean normalizedPositions,
        @Nullable ConvolutionConfig convolution,
        Activation poolerActivation,
        List<String> labels) {

    /** Kernel size in tokens (odd), groups and activation of the convolution layer. */
    public record ConvolutionConfig(int kernelSize, int groups, Activation activation) {}

    /** Queries, keys or values of all heads side by side. */
    public int attentionSize() {
        return heads * headSize;
    }

    /** Rows of the relative position tables. */
    public RelativeBuckets relativeBuckets() {
        return new RelativeBuckets(positionBuckets, maxRelativePositions);
    }

    /** {@code 1 / √(headSize · (1 + number of position terms))}. */
    public float attentionScale() {
        int terms = 1 + (contentToPosition ? 1 : 0) + (positionToContent ? 1 : 0);
        return (float) (1 / Math.sqrt((double) headSize * terms));
    }
}
