package io.flashdeberta.engine;

/**
 * What a task runs.
 *
 * @param model the checkpoint as it was named
 * @param device what computes: device, library and settings
 * @param maxTokens the limit of one sequence, special tokens included
 * @param open whether it can be used; false once it is closed
 */
public record ModelStatus(String model, String device, int maxTokens, boolean open) {}
