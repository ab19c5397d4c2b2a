package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/** The rows {@code δ(r)} of the position tables by distance on the GPU. */
record DistanceTable(RelativeBuckets buckets, DeviceMemory.Block table) {

    /** So far beyond saturation tiles reach that are not saturated as a whole. */
    private static final int MARGIN = 256;

    /** {@code δ(r)} for r from the first to the last distance: beyond, rows stay the same. */
    static int[] rows(RelativeBuckets buckets) {
        int[] rows = new int[buckets.last() - buckets.first() + 1];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = buckets.row(buckets.first() + i);
        }
        return rows;
    }

    /**
     * {@code δ(r)} in the lower and {@code δ(r - 1)} in the upper 16 bits at {@code r + center}.
     *
     * @param shift added to the rows
     */
    static int[] pairs(RelativeBuckets buckets, int shift) {
        int center = center(buckets);
        int[] pairs = new int[2 * center];
        for (int i = 0; i < pairs.length; i++) {
            int r = i - center;
            pairs[i] = (buckets.row(r) + shift) | ((buckets.row(r - 1) + shift) << 16);
        }
        return pairs;
    }

    static int center(RelativeBuckets buckets) {
        return Math.max(buckets.last(), -buckets.first()) + MARGIN;
    }

    int first() {
        return buckets.first();
    }

    int last() {
        return buckets.last();
    }

    int rows() {
        return buckets.rows();
    }

    int center() {
        return center(buckets);
    }
}
