package io.flashdeberta.cuda;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Keeps recordings apart from what other threads of the process may not do meanwhile, since it would make the driver break them off:
 * give out memory or take it back, load kernels or unload them. Recordings take milliseconds and are few.
 */
final class RecordingLock {

    private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

    private RecordingLock() {}

    /** Records something while no thread is in {@link #beside}. */
    static <R> R alone(Supplier<R> recording) {
        return holding(LOCK.writeLock(), recording);
    }

    /** Calls the driver while no other thread records. */
    static int beside(IntSupplier call) {
        return holding(LOCK.readLock(), call::getAsInt);
    }

    /** Likewise, for several calls. */
    static <R> R beside(Supplier<R> calls) {
        return holding(LOCK.readLock(), calls);
    }

    private static <R> R holding(Lock lock, Supplier<R> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
