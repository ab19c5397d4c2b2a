package io.flashdeberta.embed;

/**
 * A text's vector.
 *
 * @param vector the caller's own, {@code [dimensions]}
 * @param tokens tokens the model read, special tokens included
 * @param truncated whether the end of the text was not read
 */
@SuppressWarnings("ArrayRecordComponent")
public record Embedding(float[] vector, int tokens, boolean truncated) {}
