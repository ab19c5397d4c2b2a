package io.flashdeberta.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of many threads share a model.
 *
 * @param batchTokens tokens that are packed into one batch, ≥ 1; a longer sequence is a batch of its own; null for what suits the
 *     device
 * @param workers batches that run side by side, ≥ 1; null for what suits the device and the processors
 * @param threads CPU threads of each worker, ≥ 1; null for what suits the processors
 * @param queueTokens tokens that may wait for a worker, ≥ 1
 * @param timeout how long a call may take, above zero; null for as long as it takes
 * @param cache remembers results
 * @param observer is told what happens
 */
public record ServingSettings(
        @Nullable Integer batchTokens,
        @Nullable Integer workers,
        @Nullable Integer threads,
        int queueTokens,
        @Nullable Duration timeout,
        ResultCache cache,
        EngineObserver observer) {

    public ServingSettings {
        if (batchTokens != null) {
            Arguments.requireAtLeast(1, batchTokens, "batchTokens");
        }
        if (workers != null) {
            Arguments.requireAtLeast(1, workers, "workers");
        }
        if (threads != null) {
            Arguments.requireAtLeast(1, threads, "threads");
        }
        Arguments.requireAtLeast(1, queueTokens, "queueTokens");
        if (timeout != null) {
            Arguments.requireTimeout(timeout);
        }
        observer = GuardedObserver.of(observer);
    }

    Parallelism parallelism() {
        return Parallelism.of(Runtime.getRuntime().availableProcessors(), workers, threads);
    }
}
