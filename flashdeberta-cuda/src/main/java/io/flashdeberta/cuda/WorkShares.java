package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/**
 * The units of work of attention, one for each work item and head, divided among blocks: each gets neighbours in the order of
 * heads, about as much work as the others.
 *
 * @param first greatest distance from which on all smaller ones have one row
 * @param last smallest distance from which on all greater ones have one row
 * @param most blocks at most
 */
record WorkShares(int heads, int first, int last, int most) {

    private static final int TILE = 64;
    private static final int PAIR = 2 * TILE;

    /** Work of a unit beside its key tiles, and of a tile whose positions are not saturated, by that of one whose are. */
    private static final double UNIT = 2;

    private static final double NEAR = 2.5;

    static WorkShares of(int heads, @Nullable RelativeBuckets buckets, int most) {
        return buckets == null
                ? new WorkShares(heads, Integer.MAX_VALUE / 2, Integer.MIN_VALUE / 2, most)
                : new WorkShares(heads, buckets.first(), buckets.last(), most);
    }

    /** Blocks for a batch's layout. */
    int blocks(BatchLayout layout) {
        return (int) Math.min(most, (long) layout.largeItems() * heads);
    }

    /** First units of all blocks, and the number of units at the end. */
    int[] of(int[] items, int blocks) {
        int count = items.length / WorkItems.NUMBERS;
        double[] before = new double[count + 1];
        for (int i = 0; i < count; i++) {
            before[i + 1] = before[i]
                    + work(items[WorkItems.NUMBERS * i + 1], items[WorkItems.NUMBERS * i + 2]);
        }
        int[] shares = new int[blocks + 1];
        int item = 0;
        int head = 0;
        for (int block = 1; block < blocks; block++) {
            double target = before[count] * heads * block / blocks;
            while (head * before[count] + before[item] < target) {
                item++;
                if (item == count) {
                    item = 0;
                    head++;
                }
            }
            double beyond = head * before[count] + before[item] - target;
            boolean nearer = item > 0 && before[item] - before[item - 1] < 2 * beyond;
            shares[block] = Math.max(shares[block - 1], head * count + item - (nearer ? 1 : 0));
        }
        shares[blocks] = count * heads;
        return shares;
    }

    private double work(int length, int query) {
        int tiles = Rounding.blocks(length, TILE);
        long saturated = (long) query - (TILE - 1) - last;
        long left = saturated < 0 ? 0 : Math.min(tiles, saturated / TILE + 1);
        long near = Math.max(
                0, Math.min(tiles, ((long) query + PAIR + TILE - 2 - first) / TILE) - left);
        return UNIT + near * NEAR + (tiles - near);
    }
}
