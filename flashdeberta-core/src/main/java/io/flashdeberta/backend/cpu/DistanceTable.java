package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * A position table with a row for every distance, {@code [heads, rows, headSize]}: the distances that are not saturated and a
 * margin on both sides. The products of a block of queries with neighbouring rows are then the position terms themselves, read
 * along skewed strides, and nothing is looked up.
 */
final class DistanceTable {

    /** How far a block's distances reach into saturation: its queries, and one step of keys. */
    private static final int MARGIN = FlashAttention.QUERIES + FlashAttention.KEY_STEP;

    private DistanceTable() {}

    static int greatest(RelativeBuckets buckets) {
        return buckets.last() + MARGIN;
    }

    static int smallest(RelativeBuckets buckets) {
        return buckets.first() - MARGIN;
    }

    static int rows(RelativeBuckets buckets) {
        return greatest(buckets) - smallest(buckets) + 1;
    }

    /**
     * Spreads a table {@code [buckets.rows(), heads·headSize]}.
     *
     * @param falling whether the greatest distance comes first
     */
    static NativeMemory.Block load(
            CpuTensor table,
            RelativeBuckets buckets,
            int headSize,
            boolean falling,
            NativeMemory memory) {
        int rows = rows(buckets);
        int heads = table.columns() / headSize;
        NativeMemory.Block block = memory.allocateFloats((long) rows * table.columns());
        for (int head = 0; head < heads; head++) {
            for (int n = 0; n < rows; n++) {
                int distance = falling ? greatest(buckets) - n : smallest(buckets) + n;
                long row = (long) head * rows + n;
                CpuSession.copy(
                        table.address(buckets.row(distance), (long) head * headSize),
                        block.address() + 4 * row * headSize,
                        headSize);
            }
        }
        return block;
    }
}
