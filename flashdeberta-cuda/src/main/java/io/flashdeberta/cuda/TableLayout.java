package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * How an attention kernel wants its position tables.
 *
 * @param rows rows of a head's table, those of the buckets and zeros around them
 * @param padding zeros before the first bucket's row
 * @param width values of a row, those of the head and zeros after them
 * @param swizzled whether the 16-byte pieces of row r lie at piece ^ (r & 7)
 */
record TableLayout(int rows, int padding, int width, boolean swizzled) {

    /** A head's rows side by side. */
    static TableLayout plain(int rows, int headSize) {
        return new TableLayout(rows, 0, headSize, false);
    }

    /** Rows of the distances from {@code -center} on: that of r in the low half, that of r − 1 in the high one. */
    int[] pairs(RelativeBuckets buckets, int center) {
        int[] pairs = new int[2 * center];
        for (int i = 0; i < pairs.length; i++) {
            int r = i - center;
            pairs[i] = buckets.row(r) + padding | (buckets.row(r - 1) + padding) << Short.SIZE;
        }
        return pairs;
    }
}
