package io.flashdeberta.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * How the blocks of attention_hopper.cu divide a batch: a unit of work is an item for one head, numbered {@code head·items +
 * item}, and block b computes the units from the b-th number to the next. By what the units cost, all blocks take about as
 * long. One for a model, which may have several kinds of layers. Thread-safe.
 */
final class WorkShares {

    /** Kinds of layers in a model: more than any published one has. */
    static final int MOST_KINDS = 4;

    private static final int TILE = 64;

    /** Of a unit, and of a tile near the diagonal, in tiles beyond it. */
    private static final double UNIT_COST = 2;

    private static final double NEAR_COST = 2.5;

    /**
     * What decides about costs.
     *
     * @param positions whether there are tiles near the diagonal at all; the distances of {@code first} and {@code last} bound them
     */
    record Kind(int heads, boolean positions, int first, int last) {

        /** The cost of an item, in tiles beyond the diagonal. */
        double cost(int length, int firstQuery) {
            int tiles = Rounding.blocks(length, TILE);
            int near = 0;
            if (positions) {
                int saturated = firstQuery - (TILE - 1) - last;
                int left = saturated < 0 ? 0 : Math.min(tiles, saturated / TILE + 1);
                near = Math.min(tiles, (firstQuery + 3 * TILE - 2 - first) / TILE) - left;
            }
            return UNIT_COST + near * NEAR_COST + (tiles - near);
        }
    }

    private final List<Kind> kinds = new ArrayList<>();

    /** The index of a kind, or -1 if there are too many. */
    synchronized int index(Kind kind) {
        int index = kinds.indexOf(kind);
        if (index < 0 && kinds.size() < MOST_KINDS) {
            kinds.add(kind);
            return kinds.size() - 1;
        }
        return index;
    }

    synchronized List<Kind> kinds() {
        return List.copyOf(kinds);
    }

    /**
     * The numbers of a kind's shares: that of each block's first unit, and at last of all units.
     *
     * @param items as {@link WorkItems} makes them
     */
    static int[] of(Kind kind, int[] items, int blocks) {
        int count = items.length / WorkItems.NUMBERS;
        double[] costs = new double[count + 1];
        for (int i = 0; i < count; i++) {
            int at = i * WorkItems.NUMBERS;
            costs[i + 1] = costs[i] + kind.cost(items[at + 1], items[at + 2]);
        }
        int[] shares = new int[blocks + 1];
        int item = 0;
        int head = 0;
        for (int b = 1; b < blocks; b++) {
            double target = costs[count] * kind.heads() * b / blocks;
            int targetHead = Math.min(kind.heads() - 1, (int) (target / costs[count]));
            if (targetHead > head) {
                head = targetHead;
                item = 0;
            }
            double rest = target - head * costs[count];
            while (item < count && costs[item] < rest) {
                item++;
            }
            boolean before = item > 0 && rest - costs[item - 1] < costs[item] - rest;
            shares[b] = Math.max(shares[b - 1], head * count + item - (before ? 1 : 0));
        }
        shares[blocks] = count * kind.heads();
        return shares;
    }
}
