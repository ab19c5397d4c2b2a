package io.flashdeberta.engine;

import org.jspecify.annotations.Nullable;

/**
 * How a machine's processors are shared out.
 *
 * @param workers batches that run side by side
 * @param threads CPU threads of each of them
 */
record Parallelism(int workers, int threads) {

    /** With fewer, a request that comes alone would be slow. */
    private static final int FEWEST_THREADS = 4;

    /** More do not speed up a batch much. */
    private static final int MOST_THREADS = 8;

    /**
     * What was asked for, and for the rest: two workers, so that one is left when the other reads a giant, and more when each
     * would have over eight threads. On few processors the workers' threads are more than the processors, which costs little and
     * lets a request that comes alone use all of them.
     */
    static Parallelism of(int processors, @Nullable Integer workers, @Nullable Integer threads) {
        int each = threads != null ? threads : MOST_THREADS;
        int side = workers != null ? workers : Math.max(2, processors / each);
        return new Parallelism(side, threads != null ? threads : fairShare(processors, side));
    }

    private static int fairShare(int processors, int workers) {
        return Math.max(Math.min(processors, FEWEST_THREADS), processors / workers);
    }
}
