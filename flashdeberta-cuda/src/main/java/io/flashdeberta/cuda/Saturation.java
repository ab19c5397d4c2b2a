package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

/**
 * Which key tiles of 64 are near a unit of 128 queries: those in which some distance has a row of its own in the position tables.
 * The others need no look-up: saturation.cuh. Of sequences with few others all are near: a second kernel would not be worth it.
 *
 * @param first greatest distance from which on all smaller ones have one row
 * @param last smallest distance from which on all greater ones have one row
 */
record Saturation(int first, int last) {

    static final int TILE = 64;
    static final int UNIT = 128;

    /** Up to so many quarters of the length from which on some distances are saturated, few tiles are. */
    private static final int FEW_FAR_QUARTERS = 7;

    static Saturation of(RelativeBuckets buckets) {
        return new Saturation(buckets.first(), buckets.last());
    }

    /** The first near tile of the unit that a query is in. */
    int nearFrom(int query, int length) {
        if (length < shortestFar()) {
            return 0;
        }
        int saturated = query / UNIT * UNIT - (TILE - 1) - last;
        return saturated < 0 ? 0 : Math.min(tiles(length), saturated / TILE + 1);
    }

    /** The tile behind its last near one. */
    int nearTo(int query, int length) {
        if (length < shortestFar()) {
            return tiles(length);
        }
        int reached = query / UNIT * UNIT + UNIT - 1 + TILE - 1 - first;
        return Math.min(tiles(length), reached / TILE);
    }

    /** Tokens from which on a sequence has tiles that are not near. */
    int shortestFar() {
        int rightOfFirst = (UNIT + TILE - 2 - first) / TILE * TILE + 1;
        int leftOfLast = Rounding.up(TILE - 1 + last, UNIT) + 1;
        int least = Math.min(rightOfFirst, leftOfLast);
        return FEW_FAR_QUARTERS * least / 4;
    }

    private static int tiles(int length) {
        return Rounding.blocks(length, TILE);
    }
}
