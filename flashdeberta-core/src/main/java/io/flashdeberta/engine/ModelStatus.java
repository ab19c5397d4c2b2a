package io.flashdeberta.engine;

/**
 * What a task runs.
 *
 * @param model the checkpoint as it was named
 * @param device what computes: device, library and settings
 * @param workers batches that run side by side
 * @param maxTokens the limit of one sequence, special tokens included
 * @param open whether it can be used; false once it is closed
 * @param waitingTokens tokens that wait for a worker
 * @param waitingSequences sequences that wait for a worker
 * @param nativeBytes memory that the model holds outside the Java heap: weights, and what the workers compute with; files that are
 *     mapped are not counted
 */
public record ModelStatus(
        String model,
        String device,
        int workers,
        int maxTokens,
        boolean open,
        long waitingTokens,
        int waitingSequences,
        long nativeBytes) {}
