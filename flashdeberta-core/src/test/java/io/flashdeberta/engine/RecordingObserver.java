package io.flashdeberta.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts. */
final class RecordingObserver implements EngineObserver {

    final AtomicInteger texts = new AtomicInteger();
    final AtomicInteger truncated = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger sequences = new AtomicInteger();
    final AtomicInteger tokens = new AtomicInteger();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @Override
    public void tokenized(long nanos, int texts, int truncated) {
        this.texts.addAndGet(texts);
        this.truncated.addAndGet(truncated);
    }

    @Override
    public void waited(long nanos) {
        requests.incrementAndGet();
    }

    @Override
    public void ran(long nanos, int sequences, int tokens) {
        this.sequences.addAndGet(sequences);
        this.tokens.addAndGet(tokens);
    }

    @Override
    public void failed(Throwable cause) {
        failures.add(cause);
    }
}
