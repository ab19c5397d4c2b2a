package io.flashdeberta.backend.cpu;

import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;

/** Memory outside the Java heap, and the count of what is held. */
final class NativeMemory {

    private static final int ALIGNMENT = 64;

    private final AtomicLong allocated = new AtomicLong();

    /** One allocation, aligned to a cache line; its owner closes it once. */
    final class Block implements AutoCloseable {

        private final long raw;
        private final long size;
        private boolean closed;

        private Block(long raw, long size) {
            this.raw = raw;
            this.size = size;
        }

        long address() {
            return (raw + ALIGNMENT - 1) & -ALIGNMENT;
        }

        long size() {
            return size;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                Pointer.free(new Address().at(raw));
                allocated.addAndGet(-size);
            }
        }
    }

    Block allocate(long size) {
        Pointer pointer = Pointer.malloc(size + ALIGNMENT);
        if (pointer == null || pointer.isNull()) {
            throw new OutOfMemoryError("The system refused " + size + " bytes of native memory; "
                    + allocated.get() + " are held. Lower batch-tokens or max-tokens.");
        }
        allocated.addAndGet(size);
        return new Block(pointer.address(), size);
    }

    Block allocateFloats(long count) {
        return allocate(Math.multiplyExact(count, 4L));
    }

    long allocated() {
        return allocated.get();
    }
}
