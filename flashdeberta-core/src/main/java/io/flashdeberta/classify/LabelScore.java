package io.flashdeberta.classify;

/**
 * A label and how much it fits.
 *
 * @param label as the checkpoint writes it
 * @param score probability from 0 to 1; for regression the logit itself
 * @param logit the model's output before the activation
 */
public record LabelScore(String label, float score, float logit) {}
