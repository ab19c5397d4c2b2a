package io.flashdeberta.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An opened model with a task. Thread-safe; close it to free the model.
 *
 * <p>Calls of many threads share batches. Methods named {@code …Async} tokenize in the calling thread and answer through a
 * future, which goes on in threads of its own; cancelling it takes back what still waits. They throw {@link IllegalArgumentException}
 * for a null; what fails later fails the future, with the exception that the method without {@code Async} throws:
 * <ul>
 *   <li>{@link QueueFullException}, at once, when too much waits already
 *   <li>{@link DeadlineExceededException} when a timeout is set and passes
 *   <li>{@link IllegalStateException} when the model is closed
 * </ul>
 * A waiting thread that is interrupted gets a {@link CallInterruptedException}.
 *
 * @param <S> the task itself
 */
public abstract class DebertaTask<S extends DebertaTask<S>> implements AutoCloseable {

    protected final Engine engine;
    private final @Nullable Duration timeout;

    protected DebertaTask(Engine engine, @Nullable Duration timeout) {
        this.engine = engine;
        this.timeout = timeout;
    }

    /** What it runs; can be asked after closing too. */
    public final ModelStatus status() {
        return engine.status();
    }

    /**
     * This model for calls that may take so long, and fail with a {@link DeadlineExceededException} when they take longer. It costs
     * nothing, and closing it closes this one.
     *
     * @param timeout from the call to the result, above zero
     */
    public final S withTimeout(Duration timeout) {
        return copy(engine, Arguments.requireTimeout(timeout));
    }

    /** This task over the same engine with another timeout. */
    protected abstract S copy(Engine engine, Duration timeout);

    protected final <T> T answer(Job<T> job) {
        return engine.answers().now(job, timeout);
    }

    protected final <T> CompletableFuture<T> answerLater(Job<T> job) {
        return engine.answers().later(job, timeout);
    }

    /**
     * Frees the model once the batches that are running have ended; calls that wait for their turn, and later ones, throw
     * {@link IllegalStateException}. Closing again has no effect.
     */
    @Override
    public final void close() {
        engine.close();
    }
}
