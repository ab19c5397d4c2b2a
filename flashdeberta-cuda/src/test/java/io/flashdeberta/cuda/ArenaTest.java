package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.backend.OutOfDeviceMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArenaTest {

    private static final long KIB = 1024;

    /** Chunks of a device that has so much memory; some of them touch. */
    private static final class Device {
        private final long size;
        private final TreeMap<Long, Long> chunks = new TreeMap<>();
        private long next = 1 << 20;

        Device(long size) {
            this.size = size;
        }

        long allocated() {
            return chunks.values().stream().mapToLong(Long::longValue).sum();
        }

        Arena.Chunk allocate(long bytes) {
            if (allocated() + bytes > size) {
                throw new OutOfDeviceMemoryException("The device has no more.");
            }
            long address = next;
            next += bytes;
            chunks.put(address, bytes);
            return new Arena.Chunk() {
                @Override
                public long address() {
                    return address;
                }

                @Override
                public long size() {
                    return bytes;
                }

                @Override
                public void close() {
                    assertThat(chunks.remove(address)).isEqualTo(bytes);
                }
            };
        }

        boolean holds(Arena.Span span) {
            Long start = chunks.floorKey(span.address());
            return start != null && span.address() + span.size() <= start + chunks.get(start);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSmallNeedFitsWhereNoWholeChunkDoes(boolean fixed) {
        Arena arena = new Arena(new Device(10 * KIB)::allocate, fixed, 64 * KIB);
        assertThat(arena.allocate(KIB).size()).isGreaterThanOrEqualTo(KIB);
        assertThatThrownBy(() -> arena.allocate(20 * KIB))
                .isInstanceOf(OutOfDeviceMemoryException.class);
        assertThat(arena.allocate(KIB).size()).isGreaterThanOrEqualTo(KIB);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void spansLieInChunksAndNeverOverlap(boolean fixed) {
        Random random = new Random(5);
        Device device = new Device(Long.MAX_VALUE);
        Arena arena = new Arena(device::allocate, fixed, 64 * KIB);
        List<Arena.Span> spans = new ArrayList<>();
        for (int n = 0; n < 20_000; n++) {
            if (random.nextInt(500) == 0) {
                spans.forEach(Arena.Span::close);
                spans.clear();
                assertThat(arena.used()).isZero();
            } else if (spans.isEmpty() || random.nextInt(5) < 3) {
                Arena.Span span = arena.allocate(1 + random.nextInt((int) (24 * KIB)));
                assertThat(device.holds(span)).isTrue();
                assertThat(span.address() % Arena.ALIGNMENT).isZero();
                for (Arena.Span other : spans) {
                    assertThat(span.address() + span.size() <= other.address()
                                    || other.address() + other.size() <= span.address())
                            .isTrue();
                }
                spans.add(span);
            } else {
                spans.remove(random.nextInt(spans.size())).close();
            }
            assertThat(arena.used())
                    .isEqualTo(spans.stream().mapToLong(Arena.Span::size).sum());
            assertThat(arena.total()).isEqualTo(device.allocated());
        }
        arena.close();
        assertThat(device.allocated()).isZero();
    }

    @Test
    void likePassesTakeNoMoreMemory() {
        Device device = new Device(Long.MAX_VALUE);
        Arena arena = new Arena(device::allocate, false, KIB);
        pass(arena, 100);
        pass(arena, 100);
        pass(arena, 100);
        long held = device.allocated();
        long chunk = device.chunks.firstKey();
        for (int n = 0; n < 10; n++) {
            pass(arena, 100);
            assertThat(device.allocated()).isEqualTo(held);
            assertThat(device.chunks.firstKey()).isEqualTo(chunk);
        }
    }

    @Test
    void growingPassesDoNotLeaveTheirChunks() {
        Device device = new Device(Long.MAX_VALUE);
        Arena arena = new Arena(device::allocate, false, KIB);
        for (int rows = 1; rows <= 400; rows++) {
            pass(arena, rows);
        }
        assertThat(device.allocated()).isLessThan(3 * 400 * 8 * KIB);
    }

    /** A layer's tensors: at most 8 KiB a row at a time. */
    private static void pass(Arena arena, int rows) {
        Arena.Span x = arena.allocate(rows * KIB);
        for (int layer = 0; layer < 3; layer++) {
            Arena.Span qkv = arena.allocate(3 * rows * KIB);
            Arena.Span context = arena.allocate(rows * KIB);
            qkv.close();
            Arena.Span inner = arena.allocate(4 * rows * KIB);
            context.close();
            Arena.Span outer = arena.allocate(rows * KIB);
            inner.close();
            x.close();
            x = outer;
        }
        x.close();
    }

    @Test
    void withoutMemoryItStaysAsItWas() {
        Device device = new Device(100 * KIB);
        Arena arena = new Arena(device::allocate, false, KIB);
        Arena.Span kept = arena.allocate(40 * KIB);
        arena.allocate(40 * KIB).close();
        assertThatThrownBy(() -> arena.allocate(80 * KIB))
                .isInstanceOf(OutOfDeviceMemoryException.class);
        assertThat(arena.used()).isEqualTo(40 * KIB);
        try (Arena.Span other = arena.allocate(50 * KIB)) {
            assertThat(other.address()).isNotEqualTo(kept.address());
        }
        kept.close();
        arena.allocate(100 * KIB).close();
        arena.close();
        assertThat(device.allocated()).isZero();
    }

    @Test
    void closingTwiceGivesBackOnce() {
        Device device = new Device(100 * KIB);
        Arena arena = new Arena(device::allocate, false, KIB);
        Arena.Span span = arena.allocate(KIB);
        span.close();
        span.close();
        assertThat(arena.used()).isZero();
    }
}
