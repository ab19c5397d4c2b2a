package io.flashdeberta.cuda;

import io.flashdeberta.backend.OutOfDeviceMemoryException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A session's memory for the tensors of a pass, taken from the GPU in chunks and given out by best fit. It grows by what does
 * not fit. Once nothing is in use, an arena of several chunks becomes one of a single chunk, so that growing passes do not
 * leave behind a chunk each.
 */
class Arena implements AutoCloseable {

    static final long ALIGNMENT = 256;

    private final Allocator allocator;
    private final boolean fixed;
    private final long smallestChunk;
    private final List<Chunk> chunks = new ArrayList<>();
    private final TreeMap<Long, Long> free = new TreeMap<>();
    private long total;
    private long used;
    private long most;
    private long mergedFor;

    /** Memory in one piece. */
    interface Chunk extends AutoCloseable {

        long address();

        long size();

        @Override
        void close();
    }

    /** Where chunks come from. */
    interface Allocator {
        Chunk allocate(long bytes);
    }

    /** Makes an arena for the work of a stream. */
    interface Opening {
        Arena open(Stream stream, Allocator allocator, boolean fixed, long smallestChunk);
    }

    static Arena open(Stream stream, Allocator allocator, boolean fixed, long smallestChunk) {
        return new Arena(allocator, fixed, smallestChunk);
    }

    /**
     * @param fixed whether memory stays where it is until the arena is closed
     * @param smallestChunk bytes of the smallest chunk
     */
    Arena(Allocator allocator, boolean fixed, long smallestChunk) {
        this.allocator = allocator;
        this.fixed = fixed;
        this.smallestChunk = smallestChunk;
    }

    /** Part of the arena's memory; closing it gives it back. */
    final class Span implements AutoCloseable {

        private final long address;
        private final long size;
        private boolean closed;

        private Span(long address, long size) {
            this.address = address;
            this.size = size;
        }

        long address() {
            return address;
        }

        long size() {
            return size;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                used -= size;
                release(address, size);
            }
        }
    }

    /** @throws OutOfDeviceMemoryException if the GPU has no more; the arena is as it was before */
    Span allocate(long bytes) {
        long size = aligned(Math.max(1, bytes));
        if (used == 0 && chunks.size() > 1 && !fixed) {
            merge();
        }
        Piece fit = bestFit(size);
        if (fit == null) {
            grow(size);
            fit = bestFit(size);
        }
        if (fit == null) {
            throw new IllegalStateException("A new chunk has no room for " + size + " bytes.");
        }
        free.remove(fit.address());
        if (fit.size() > size) {
            free.put(fit.address() + size, fit.size() - size);
        }
        used += size;
        most = Math.max(most, used);
        return new Span(fit.address(), size);
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private record Piece(long address, long size) {}

    private @Nullable Piece bestFit(long size) {
        Piece best = null;
        for (Map.Entry<Long, Long> span : free.entrySet()) {
            if (span.getValue() >= size && (best == null || span.getValue() < best.size())) {
                best = new Piece(span.getKey(), span.getValue());
            }
        }
        return best;
    }

    private void grow(long size) {
        try {
            add(Math.max(size, smallestChunk));
        } catch (OutOfDeviceMemoryException e) {
            boolean freed = !fixed && freeUnusedChunks();
            if (!freed && size >= smallestChunk) {
                throw e;
            }
            add(size);
        }
    }

    private void add(long size) {
        Chunk chunk = allocator.allocate(size);
        chunks.add(chunk);
        total += size;
        free.put(chunk.address(), size);
    }

    /** Takes one chunk in place of several: as large as passes needed and a little more, and as all of them if that was too small. */
    private void merge() {
        long size = most > mergedFor ? Math.min(total, aligned(most + most / 8)) : total;
        mergedFor = most;
        freeUnusedChunks();
        add(size);
    }

    private boolean freeUnusedChunks() {
        boolean any = false;
        for (Iterator<Chunk> i = chunks.iterator(); i.hasNext(); ) {
            Chunk chunk = i.next();
            Long size = free.get(chunk.address());
            if (size != null && size == chunk.size()) {
                free.remove(chunk.address());
                total -= chunk.size();
                i.remove();
                chunk.close();
                any = true;
            }
        }
        return any;
    }

    private void release(long address, long size) {
        long from = address;
        long length = size;
        Map.Entry<Long, Long> before = free.lowerEntry(address);
        if (before != null
                && before.getKey() + before.getValue() == address
                && !chunkStart(address)) {
            from = before.getKey();
            length += before.getValue();
        }
        Long after = free.get(address + size);
        if (after != null && !chunkStart(address + size)) {
            free.remove(address + size);
            length += after;
        }
        free.put(from, length);
    }

    private boolean chunkStart(long address) {
        for (Chunk chunk : chunks) {
            if (chunk.address() == address) {
                return true;
            }
        }
        return false;
    }

    /** Bytes taken from the GPU. */
    long total() {
        return total;
    }

    /** Bytes in use. */
    long used() {
        return used;
    }

    @Override
    public void close() {
        free.clear();
        chunks.forEach(Chunk::close);
        chunks.clear();
        total = 0;
    }
}
