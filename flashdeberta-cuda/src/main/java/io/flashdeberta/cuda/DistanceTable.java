package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * The rows of the position tables by distance on the GPU, as an attention kernel takes them.
 *
 * @param first greatest distance from which on all smaller ones have row 0
 * @param last smallest distance from which on all greater ones have the last row
 * @param rows rows of the position tables
 * @param length numbers of the table
 */
record DistanceTable(int first, int last, int rows, int length, DeviceMemory.Block table) {

    /** {@code δ(r)} for r in {@code [first, last]}. */
    static int[] rows(RelativeBuckets buckets) {
        int[] rows = new int[buckets.last() - buckets.first() + 1];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = buckets.row(buckets.first() + i);
        }
        return rows;
    }

    /** Rows of the distances from {@code -center} on: that of r in the low half, that of r − 1 in the high one. */
    static int[] pairs(RelativeBuckets buckets, int center) {
        int[] pairs = new int[2 * center];
        for (int i = 0; i < pairs.length; i++) {
            int r = i - center;
            pairs[i] = buckets.row(r) | buckets.row(r - 1) << Short.SIZE;
        }
        return pairs;
    }
}
