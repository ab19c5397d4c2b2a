package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * The tables of attention_hopper_near.cu: a row for each distance, in blocks of 64. Distances reach so far that in the first block all
 * have one row of KR and QR, and in the last block too: both stand for all blocks beyond.
 *
 * @param reach distances in both directions, a multiple of {@link #BLOCK}
 */
record PositionBlocks(int reach) {

    static final int BLOCK = 64;

    private static final int WIDTH = 64;

    static PositionBlocks of(RelativeBuckets buckets) {
        int saturated = Math.max(buckets.last(), -buckets.first());
        return new PositionBlocks(BLOCK + Rounding.up(saturated, BLOCK));
    }

    int rows() {
        return 2 * reach;
    }

    int blocks() {
        return rows() / BLOCK;
    }

    /** QR by rising distance: row i is that of the distance i − reach. */
    TableLayout rising(RelativeBuckets buckets) {
        int[] sources = new int[rows()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = buckets.row(i - reach);
        }
        return new TableLayout(sources, WIDTH, true);
    }

    /** KR by falling distance: column c of block b is that of reach − 64·b − c. */
    TableLayout falling(RelativeBuckets buckets) {
        int[] sources = new int[rows()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = buckets.row(reach - i / BLOCK * BLOCK - column(i % BLOCK));
        }
        return new TableLayout(sources, WIDTH, true);
    }

    /** The column that is a block's row p: position_terms.cuh, query_terms. */
    static int column(int p) {
        return 8 * (2 * (p / 8 % 4) + p % 2) + 2 * (p / 2 % 4) + p / 32;
    }
}
