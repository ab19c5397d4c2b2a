package io.flashdeberta.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The threads of a session. */
final class CpuThreads implements AutoCloseable {

    /** Work on item {@code item}, one of many, in a lane that no other thread uses meanwhile. */
    interface ItemTask {
        void run(Lane lane, int item);
    }

    private final int count;
    private final ForkJoinPool pool;

    CpuThreads(int count) {
        this.count = count;
        this.pool = new ForkJoinPool(count, OneDnnThread::new, null, false);
    }

    private static final class OneDnnThread extends ForkJoinWorkerThread {
        OneDnnThread(ForkJoinPool pool) {
            super(pool);
            setName("flashdeberta-cpu-" + getPoolIndex());
        }

        @Override
        protected void onStart() {
            super.onStart();
            OpenMp.useOneThread();
        }
    }

    int count() {
        return count;
    }

    /** Runs {@code body} in the pool and waits; what it throws is thrown here as it is. */
    <T> T call(Supplier<T> body) {
        if (ForkJoinTask.getPool() == pool) {
            return body.get();
        }
        FutureTask<T> task = new FutureTask<>(body::get);
        pool.execute(task);
        return await(task);
    }

    /** Parks; a join would run other work of a caller that is itself a pool's thread. */
    private static <T> T await(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    Throwable cause = e.getCause();
                    throw unchecked(cause == null ? e : cause);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs items {@code 0 … items − 1}, each once, and returns when all are done; after a failure no further item starts. */
    void forEach(Lane[] lanes, int items, ItemTask task) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<ForkJoinTask<?>> runners = new ArrayList<>();
        for (int t = 0; t < Math.min(lanes.length, items); t++) {
            Lane lane = lanes[t];
            runners.add(ForkJoinTask.adapt(() -> {
                try {
                    for (int item = next.getAndIncrement();
                            item < items;
                            item = next.getAndIncrement()) {
                        task.run(lane, item);
                    }
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                    next.set(items);
                }
            }));
        }
        call(() -> ForkJoinTask.invokeAll(runners));
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw unchecked(thrown);
        }
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException exception
                ? exception
                : new IllegalStateException(thrown);
    }

    @Override
    public void close() {
        pool.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (pool.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
