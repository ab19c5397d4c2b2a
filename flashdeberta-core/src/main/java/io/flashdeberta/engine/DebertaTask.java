package io.flashdeberta.engine;

import java.util.List;
import java.util.function.Supplier;

/** An opened model with a task. Thread-safe; close it to free the model. */
public abstract class DebertaTask implements AutoCloseable {

    protected final Engine engine;

    protected DebertaTask(Engine engine) {
        this.engine = engine;
    }

    /** What it runs; can be asked after closing too. */
    public final ModelStatus status() {
        return engine.status();
    }

    /**
     * The result of a call, remembered or computed; it is immutable.
     *
     * @param options tell this call from all others with the same texts and another result
     */
    protected final <T> T cached(Object options, List<String> texts, Supplier<T> compute) {
        engine.requireOpen();
        return engine.cache().get(new ResultCache.Request(this, options, texts), compute);
    }

    /**
     * Frees the model once the batch that is running has ended; calls that wait for their turn, and later ones, throw
     * {@link IllegalStateException}. Closing again has no effect.
     */
    @Override
    public final void close() {
        engine.close();
    }
}
