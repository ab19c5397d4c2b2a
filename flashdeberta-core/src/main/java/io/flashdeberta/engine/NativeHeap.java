package io.flashdeberta.engine;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The C library's heap. On Linux glibc gives threads heaps of their own and keeps in them what was freed, so that a process grows
 * with every long text that another thread tokenizes.
 */
final class NativeHeap {

    private static final Logger log = LoggerFactory.getLogger(NativeHeap.class);
    private static final long NANOS_BETWEEN = TimeUnit.SECONDS.toNanos(10);
    private static final @Nullable Function TRIM = find();
    private static final AtomicLong next = new AtomicLong(System.nanoTime());

    private NativeHeap() {}

    /** Gives back to the system what is free, every ten seconds at most; without effect where the C library does so by itself. */
    static void trim() {
        long due = next.get();
        long now = System.nanoTime();
        if (TRIM != null && now - due >= 0 && next.compareAndSet(due, now + NANOS_BETWEEN)) {
            TRIM.invokeInt(new Object[] {0L});
            log.debug("Trimmed the native heap in {} ms.", (System.nanoTime() - now) / 1_000_000);
        }
    }

    private static @Nullable Function find() {
        try {
            return Platform.isLinux()
                    ? NativeLibrary.getInstance("c").getFunction("malloc_trim")
                    : null;
        } catch (LinkageError e) {
            log.debug("The C library has no malloc_trim: {}", e.getMessage());
            return null;
        }
    }
}
