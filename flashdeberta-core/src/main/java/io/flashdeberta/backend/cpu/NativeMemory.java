package io.flashdeberta.backend.cpu;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;

/** Memory outside the Java heap: what is not given back block by block is freed by {@link #close()}. */
final class NativeMemory implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    private final AtomicLong allocated = new AtomicLong();
    private final Set<Block> live = ConcurrentHashMap.newKeySet();

    /** One allocation, aligned to a cache line. */
    final class Block implements AutoCloseable {

        private final long raw;
        private final long size;

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
            if (live.remove(this)) {
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
        Block block = new Block(pointer.address(), size);
        live.add(block);
        return block;
    }

    Block allocateFloats(long count) {
        return allocate(Math.multiplyExact(count, 4L));
    }

    long allocated() {
        return allocated.get();
    }

    @Override
    public void close() {
        live.forEach(Block::close);
    }
}
