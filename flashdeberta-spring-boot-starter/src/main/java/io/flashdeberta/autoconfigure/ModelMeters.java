package io.flashdeberta.autoconfigure;

import io.flashdeberta.engine.EngineObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import java.util.concurrent.TimeUnit;

/** The meters of one model in one registry. */
final class ModelMeters implements EngineObserver {

    private final MeterRegistry registry;
    private final Tags tags;
    private final Timer tokenization;
    private final Timer queue;
    private final Timer inference;
    private final DistributionSummary tokens;
    private final DistributionSummary sequences;
    private final Counter truncations;

    ModelMeters(MeterRegistry registry, String bean) {
        this.registry = registry;
        tags = Tags.of("model", bean);
        tokenization = registry.timer("flashdeberta.tokenization.time", tags);
        queue = registry.timer("flashdeberta.queue.time", tags);
        inference = registry.timer("flashdeberta.inference.time", tags);
        tokens = registry.summary("flashdeberta.batch.tokens", tags);
        sequences = registry.summary("flashdeberta.batch.sequences", tags);
        truncations = registry.counter("flashdeberta.truncations", tags);
    }

    @Override
    public void tokenized(long nanos, int texts, int truncated) {
        tokenization.record(nanos, TimeUnit.NANOSECONDS);
        truncations.increment(truncated);
    }

    @Override
    public void waited(long nanos) {
        queue.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ran(long nanos, int batchSequences, int batchTokens) {
        inference.record(nanos, TimeUnit.NANOSECONDS);
        sequences.record(batchSequences);
        tokens.record(batchTokens);
    }

    @Override
    public void failed(Throwable cause) {
        registry.counter("flashdeberta.failures", tags.and("cause", FailureCause.of(cause)))
                .increment();
    }
}
