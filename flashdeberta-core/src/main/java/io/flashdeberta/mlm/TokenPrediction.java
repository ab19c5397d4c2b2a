package io.flashdeberta.mlm;

/**
 * A token that could stand at a mask.
 *
 * @param id in the vocabulary
 * @param token as the vocabulary writes it, such as "▁capital"
 * @param text the token's own text, such as "capital"
 * @param score probability among the whole vocabulary, from 0 to 1
 * @param logit the model's output, comparable within one mask
 */
public record TokenPrediction(int id, String token, String text, float score, float logit) {}
