package io.flashdeberta.engine;

/**
 * Is told what an engine does, for metrics. Called by many threads; it must be quick. What it throws is logged once and changes
 * nothing.
 */
public interface EngineObserver {

    /** Ignores everything. */
    EngineObserver NONE = new EngineObserver() {};

    /**
     * Texts became sequences.
     *
     * @param nanos how long it took
     * @param texts how many
     * @param truncated how many of them were cut
     */
    default void tokenized(long nanos, int texts, int truncated) {}

    /**
     * The first sequence of a request left the queue.
     *
     * @param nanos how long it waited
     */
    default void waited(long nanos) {}

    /**
     * A batch ran, whether or not it failed.
     *
     * @param nanos how long it took
     * @param sequences of all requests in the batch
     * @param tokens of all sequences together
     */
    default void ran(long nanos, int sequences, int tokens) {}

    /** A call was not answered; {@code cause} is what its caller gets. */
    default void failed(Throwable cause) {}
}
