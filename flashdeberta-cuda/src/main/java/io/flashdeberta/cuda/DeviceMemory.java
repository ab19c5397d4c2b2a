package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;

import io.flashdeberta.backend.OutOfDeviceMemoryException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A model's memory on the GPU, up to a limit: what is not given back block by block is freed by {@link #close()}. */
final class DeviceMemory implements AutoCloseable {

    private final DeviceContext context;
    private final long limit;
    private final Set<Block> live = ConcurrentHashMap.newKeySet();
    private long allocated;

    /** @param limit bytes, or 0 for all there is */
    DeviceMemory(DeviceContext context, long limit) {
        this.context = context;
        this.limit = limit;
    }

    /** One allocation, aligned to 256 bytes. */
    final class Block implements Arena.Chunk {

        private final long address;
        private final long size;

        private Block(long address, long size) {
            this.address = address;
            this.size = size;
        }

        @Override
        public long address() {
            return address;
        }

        @Override
        public long size() {
            return size;
        }

        /** Frees it; waits for kernels that may still use it. */
        @Override
        public void close() {
            if (live.remove(this)) {
                context.use();
                Driver.check(RecordingLock.beside(() -> cuMemFree(address)), "free memory");
                add(-size);
            }
        }
    }

    /** @throws OutOfDeviceMemoryException if the limit or the GPU does not allow for it */
    Block allocate(long size) {
        context.use();
        reserve(size);
        long[] address = new long[1];
        int result = RecordingLock.beside(() -> cuMemAlloc(address, Math.max(1, size)));
        if (result != CUDA_SUCCESS) {
            add(-size);
        }
        if (result == CUDA_ERROR_OUT_OF_MEMORY) {
            throw outOfMemory(size, context.gpu().name() + " has no more");
        }
        Driver.check(result, "allocate memory");
        Block block = new Block(address[0], size);
        live.add(block);
        return block;
    }

    private OutOfDeviceMemoryException outOfMemory(long size, String why) {
        return new OutOfDeviceMemoryException(
                "The model holds " + allocated()
                        + " bytes of GPU memory and needs " + size + " more; " + why
                        + ". Lower batch-tokens or max-tokens, raise cuda.memory-limit if it is set, or close what else uses the GPU.");
    }

    private synchronized void reserve(long size) {
        if (limit > 0 && allocated + size > limit) {
            throw outOfMemory(size, "its limit is " + limit);
        }
        allocated += size;
    }

    private synchronized void add(long bytes) {
        allocated += bytes;
    }

    synchronized long allocated() {
        return allocated;
    }

    @Override
    public void close() {
        live.forEach(Block::close);
    }
}
