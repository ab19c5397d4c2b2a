package io.flashdeberta.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a session: a leader that runs passes, one after the other, and helpers that share the leader's loops. A pass is
 * hundreds of short loops, so a helper looks out for the next one for a moment before it sleeps.
 */
final class CpuThreads implements AutoCloseable {

    private static final long SPIN_NANOSECONDS = 50_000;
    private static final int SPINS_BETWEEN_LOOKS = 64;

    /** Work on item {@code item}, one of many, in a lane that no other thread uses meanwhile. */
    interface ItemTask {
        void run(Lane lane, int item);
    }

    private final int count;
    private final ExecutorService leader;
    private final List<Helper> helpers = new ArrayList<>();
    private volatile @Nullable Thread leaderThread;
    private volatile @Nullable Round round;
    private volatile boolean closed;

    CpuThreads(int count) {
        this.count = count;
        this.leader = Executors.newSingleThreadExecutor(this::startLeader);
        for (int n = 1; n < count; n++) {
            helpers.add(new Helper(n));
        }
        try {
            helpers.forEach(Thread::start);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Thread startLeader(Runnable passes) {
        Thread thread = new Thread(
                () -> {
                    OpenMp.useOneThread();
                    passes.run();
                },
                "flashdeberta-cpu-0");
        thread.setDaemon(true);
        leaderThread = thread;
        return thread;
    }

    int count() {
        return count;
    }

    /** Runs {@code body} in the leader and waits; what it throws is thrown here as it is. */
    <T> T call(Supplier<T> body) {
        if (Thread.currentThread() == leaderThread) {
            return body.get();
        }
        FutureTask<T> task = new FutureTask<>(body::get);
        leader.execute(task);
        return await(task);
    }

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
        if (Thread.currentThread() != leaderThread) {
            call(() -> {
                forEach(lanes, items, task);
                return true;
            });
            return;
        }
        Round current = new Round(lanes, items, task);
        int wanted = Math.min(Math.min(lanes.length, items) - 1, helpers.size());
        if (wanted > 0) {
            round = current;
            for (int n = 0; n < wanted; n++) {
                helpers.get(n).wake();
            }
        }
        current.work(0);
        current.finish();
    }

    /** One loop: who comes takes the next item, and who comes too late takes none. */
    private static final class Round {

        private static final int FINISHED = -1;

        private final Lane[] lanes;
        private final int items;
        private final ItemTask task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger visitors = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Round(Lane[] lanes, int items, ItemTask task) {
            this.lanes = lanes;
            this.items = items;
            this.task = task;
        }

        /** Works along if the loop is not over. */
        void visit(int lane) {
            int present = visitors.get();
            while (present != FINISHED && !visitors.compareAndSet(present, present + 1)) {
                present = visitors.get();
            }
            if (present != FINISHED) {
                work(lane);
                visitors.decrementAndGet();
            }
        }

        void work(int lane) {
            try {
                for (int item = next.getAndIncrement();
                        item < items;
                        item = next.getAndIncrement()) {
                    task.run(lanes[lane], item);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                next.set(items);
            }
        }

        /** Waits for the visitors and lets no further one in. */
        void finish() {
            long start = System.nanoTime();
            while (!visitors.compareAndSet(0, FINISHED)) {
                if (System.nanoTime() - start < SPIN_NANOSECONDS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(SPIN_NANOSECONDS);
                }
            }
            Throwable thrown = failure.get();
            if (thrown != null) {
                throw unchecked(thrown);
            }
        }
    }

    private final class Helper extends Thread {

        private final int lane;
        private volatile boolean sleeping;

        Helper(int lane) {
            super("flashdeberta-cpu-" + lane);
            this.lane = lane;
            setDaemon(true);
        }

        @Override
        public void run() {
            OpenMp.useOneThread();
            Round last = null;
            while (!closed) {
                Round current = round;
                if (current == last || current == null) {
                    awaitRoundAfter(last);
                } else {
                    if (lane < current.lanes.length) {
                        current.visit(lane);
                    }
                    last = current;
                }
            }
        }

        private void awaitRoundAfter(@Nullable Round last) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < SPIN_NANOSECONDS) {
                for (int n = 0; n < SPINS_BETWEEN_LOOKS; n++) {
                    if (round != last || closed) {
                        return;
                    }
                    Thread.onSpinWait();
                }
            }
            sleeping = true;
            while (round == last && !closed) {
                LockSupport.park(this);
            }
            sleeping = false;
        }

        void wake() {
            if (sleeping) {
                LockSupport.unpark(this);
            }
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
        leader.shutdown();
        boolean interrupted = awaitEnd(() -> leader.awaitTermination(1, TimeUnit.MINUTES));
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
            interrupted |= awaitEnd(() -> {
                helper.join();
                return true;
            });
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Wait {
        boolean ended() throws InterruptedException;
    }

    /** Waits to the end, and tells whether the thread was interrupted meanwhile. */
    private static boolean awaitEnd(Wait wait) {
        boolean interrupted = false;
        while (true) {
            try {
                if (wait.ended()) {
                    return interrupted;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
