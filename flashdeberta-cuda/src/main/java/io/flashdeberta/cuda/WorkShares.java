package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

import org.jspecify.annotations.Nullable;

/**
 * The units of work of attention, one for each work item and head, divided among blocks: each gets neighbours in the order of
 * heads, about as much work as the others. There are units of 128 queries and the tiles near them, and such of 192 queries and
 * the tiles far from them.
 *
 * @param saturation which tiles are far; null if all are, since there are no positions
 * @param most blocks at most
 */
record WorkShares(int heads, @Nullable Saturation saturation, int most) {

    static final int FAR_UNIT = 192;

    private static final int FAR_TILE = 128;

    /** Work of a unit beside its key tiles, and of a tile, each by measure of its kernel. */
    private static final int NEAR_UNIT_WORK = 4;

    private static final int NEAR_TILE_WORK = 5;
    private static final int FAR_UNIT_WORK = 3;

    /** Tokens from which on sequences have far tiles. */
    int shortestFar() {
        return saturation == null ? 1 : saturation.shortestFar();
    }

    int nearBlocks(BatchLayout layout) {
        return saturation == null ? 0 : blocks(layout.largeItems());
    }

    int farBlocks(BatchLayout layout) {
        return blocks(layout.farItems());
    }

    private int blocks(int items) {
        return (int) Math.min(most, (long) items * heads);
    }

    /** First units of all blocks for near tiles, and their number at the end; the same of those for far tiles. */
    int[] of(PackedBatch batch, BatchLayout layout) {
        int nearBlocks = nearBlocks(layout);
        int farBlocks = farBlocks(layout);
        int[] shares = new int[nearBlocks + 1 + farBlocks + 1];
        if (saturation != null && nearBlocks > 0) {
            divide(BatchLayout.largeItems(batch), nearWork(saturation), nearBlocks, shares, 0);
        }
        if (farBlocks > 0) {
            Work work = saturation == null ? farWork() : farWork(saturation);
            divide(layout.farItems(batch), work, farBlocks, shares, nearBlocks + 1);
        }
        return shares;
    }

    /** What a unit costs, by its sequence's length and its first query. */
    private interface Work {

        int of(int length, int query);
    }

    private static Work nearWork(Saturation saturation) {
        return (length, query) -> {
            int tiles = saturation.nearTo(query, length) - saturation.nearFrom(query, length);
            return NEAR_UNIT_WORK + NEAR_TILE_WORK * tiles;
        };
    }

    private static Work farWork() {
        return (length, query) -> FAR_UNIT_WORK + Rounding.blocks(length, FAR_TILE);
    }

    private static Work farWork(Saturation saturation) {
        return (length, query) -> {
            int lastTile = (length - 1) / Saturation.TILE * Saturation.TILE;
            int lastQuery = Math.min(query + FAR_UNIT - Saturation.TILE, lastTile);
            int left = saturation.nearFrom(lastQuery, length) * Saturation.TILE;
            int right = Math.max(0, length - saturation.nearTo(query, length) * Saturation.TILE);
            int tiles = Rounding.blocks(left, FAR_TILE) + Rounding.blocks(right, FAR_TILE);
            return tiles == 0 ? 0 : FAR_UNIT_WORK + tiles;
        };
    }

    /** Writes the first units of all blocks from {@code at} on, each as near to equal shares as units allow, and their number. */
    private void divide(int[] items, Work work, int blocks, int[] shares, int at) {
        int count = items.length / WorkItems.NUMBERS;
        long[] before = new long[count + 1];
        for (int i = 0; i < count; i++) {
            before[i + 1] = before[i]
                    + work.of(items[WorkItems.NUMBERS * i + 1], items[WorkItems.NUMBERS * i + 2]);
        }
        int unit = 0;
        for (int block = 1; block < blocks; block++) {
            long target = before[count] * heads * block;
            while (before(unit, before) * blocks < target) {
                unit++;
            }
            long beyond = before(unit, before) * blocks - target;
            boolean nearer = unit > 0 && target - before(unit - 1, before) * blocks < beyond;
            shares[at + block] = Math.max(shares[at + block - 1], nearer ? unit - 1 : unit);
        }
        shares[at + blocks] = count * heads;
    }

    /** The work of all units before one. */
    private static long before(int unit, long[] before) {
        int count = before.length - 1;
        return unit / count * before[count] + before[unit % count];
    }
}
