package io.flashdeberta.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The threads of a backend. */
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

    <T> T call(Supplier<T> body) {
        if (ForkJoinTask.getPool() == pool) {
            return body.get();
        }
        return pool.submit(body::get).join();
    }

    /** Runs items {@code 0 … items − 1}, each once, and returns when all are done. */
    void forEach(Lane[] lanes, int items, ItemTask task) {
        call(() -> {
            AtomicInteger next = new AtomicInteger();
            List<ForkJoinTask<?>> runners = new ArrayList<>();
            for (int t = 0; t < Math.min(lanes.length, items); t++) {
                Lane lane = lanes[t];
                runners.add(ForkJoinTask.adapt(() -> {
                    for (int item = next.getAndIncrement(); item < items; item = next.getAndIncrement()) {
                        task.run(lane, item);
                    }
                }));
            }
            ForkJoinTask.invokeAll(runners);
            return null;
        });
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
