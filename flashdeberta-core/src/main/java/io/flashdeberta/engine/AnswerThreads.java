package io.flashdeberta.engine;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;

/**
 * Where calls go on that no thread waits for, and what follows their futures: never a worker's thread, which would be kept from
 * its batches, and not the common pool, which may have one thread that is blocked. Shared by all models of the process; idle
 * threads end after a minute.
 */
final class AnswerThreads {

    private static final int FEWEST = 4;
    private static final ForkJoinPool POOL = new ForkJoinPool(
            Math.max(FEWEST, Runtime.getRuntime().availableProcessors()),
            AnswerThread::new,
            null,
            true);

    private AnswerThreads() {}

    private static final class AnswerThread extends ForkJoinWorkerThread {
        AnswerThread(ForkJoinPool pool) {
            super(pool);
            setName("flashdeberta-answers-" + getPoolIndex());
        }
    }

    static void execute(Runnable task) {
        try {
            POOL.execute(task);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            task.run(); // A call must end even if there is no thread for it.
        }
    }
}
