package io.flashdeberta.backend.cpu;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A session's tensors. Released memory is kept for the next tensor that fits, since every layer needs the same sizes; between
 * passes, when no tensor is in use, only {@link #KEPT_BYTES} of it.
 */
final class Arena implements AutoCloseable {

    private static final long KEPT_BYTES = 64L << 20;

    private final NativeMemory memory;
    private final TreeMap<Long, Set<NativeMemory.Block>> free = new TreeMap<>();
    private final Set<NativeMemory.Block> used = new HashSet<>();
    private long freeBytes;

    Arena(NativeMemory memory) {
        this.memory = memory;
    }

    /** A tensor of fp32. */
    CpuTensor allocate(int rows, int columns) {
        return allocate(NumberType.FP32, rows, columns);
    }

    CpuTensor allocate(NumberType type, int rows, int columns) {
        NativeMemory.Block block = take(CpuTensor.bytes(type, rows, columns));
        used.add(block);
        return new CpuTensor(type, rows, columns, block, this);
    }

    private NativeMemory.Block take(long bytes) {
        long size = roundUp(bytes);
        Map.Entry<Long, Set<NativeMemory.Block>> fit = free.ceilingEntry(size);
        if (fit == null || fit.getKey() > 2 * size) {
            return memory.allocate(size);
        }
        NativeMemory.Block block = fit.getValue().iterator().next();
        fit.getValue().remove(block);
        if (fit.getValue().isEmpty()) {
            free.remove(fit.getKey());
        }
        freeBytes -= block.size();
        return block;
    }

    /** Few sizes, so that after some passes there is a free block for every one, and memory no longer grows. */
    private static long roundUp(long bytes) {
        long unit = Math.max(1024, Long.highestOneBit(bytes) / 4);
        return (bytes + unit - 1) / unit * unit;
    }

    void release(CpuTensor tensor) {
        NativeMemory.Block block = tensor.block();
        if (used.remove(block)) {
            free.computeIfAbsent(block.size(), size -> new HashSet<>()).add(block);
            freeBytes += block.size();
        }
        if (used.isEmpty()) {
            trim(KEPT_BYTES);
        }
    }

    private void trim(long bytes) {
        while (freeBytes > bytes) {
            take(free.lastKey()).close();
        }
    }

    @Override
    public void close() {
        trim(0);
        used.forEach(NativeMemory.Block::close);
        used.clear();
    }
}
