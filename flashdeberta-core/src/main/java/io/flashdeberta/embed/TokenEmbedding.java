package io.flashdeberta.embed;

/**
 * A token's vector.
 *
 * @param token as the vocabulary writes it, such as "▁the" or "[CLS]"
 * @param start where it starts in the text, in UTF-16 characters; equal to {@code end} for a special token
 * @param end where it ends, exclusive
 * @param vector the caller's own, {@code [dimensions]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record TokenEmbedding(String token, int start, int end, float[] vector) {}
