package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * The rows of the position tables by distance on the GPU, {@code δ(r)} for r in {@code [first, last]}: beyond, they stay the
 * same.
 */
record DistanceTable(int first, int last, int rows, DeviceMemory.Block table) {

    /** The numbers of a table. */
    static int[] rows(RelativeBuckets buckets) {
        int[] rows = new int[buckets.last() - buckets.first() + 1];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = buckets.row(buckets.first() + i);
        }
        return rows;
    }
}
