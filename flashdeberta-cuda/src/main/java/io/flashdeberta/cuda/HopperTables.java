package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * The position tables that attention_hopper.cu holds in shared memory: all rows of one head, shifted so that distance 0 is in a
 * row divisible by 8, where a window of them begins.
 */
record HopperTables(RelativeBuckets buckets) {

    static final int WIDTH = 64;

    private static final int TILE = 64;
    private static final int FEWEST_ROWS = 56;
    private static final int MOST_ROWS = 512;
    private static final int WIDEST_WINDOW = 128;
    private static final int FARTHEST_TILE = 30;

    /** Rows before the first. */
    int shift() {
        return Math.floorMod(-buckets.row(0), 8);
    }

    /** Rows with those before and after, which are 0. */
    int rows() {
        return Math.max(FEWEST_ROWS, Rounding.up(buckets.rows() + shift(), 8));
    }

    /** Whether the kernel can use them. */
    boolean fit() {
        if (rows() > MOST_ROWS) {
            return false;
        }
        int least = Math.floorDiv(buckets.first() - 2 * TILE, TILE);
        int most = Math.floorDiv(buckets.last() + 2 * TILE, TILE);
        if (-least > FARTHEST_TILE || most > FARTHEST_TILE) {
            return false;
        }
        for (int tile = least; tile <= most; tile++) {
            int lowest = buckets.row(tile * TILE - (TILE - 1)) + shift();
            int highest = buckets.row(tile * TILE + (TILE - 1)) + shift();
            int window = Math.min(lowest & ~7, rows() - FEWEST_ROWS);
            if (highest - window + 1 > WIDEST_WINDOW) {
                return false;
            }
        }
        return true;
    }

    TableShape shape(int heads) {
        int headStride = rows() * WIDTH;
        return new TableShape((long) heads * headStride, shift(), headStride, WIDTH, true);
    }
}
