package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

import java.util.Arrays;

/** What attention kernels divide among their blocks: tiles of query rows, those of the longest sequences first. */
final class WorkItems {

    /** Numbers of an item: its sequence's first row and length, the tile's first query in the sequence, 0. */
    static final int NUMBERS = 4;

    private WorkItems() {}

    /**
     * @param rest rows behind the batch's tokens, which count as a sequence
     * @param tile query rows of an item
     * @param shortest tokens from which on a sequence counts
     */
    static int[] of(PackedBatch batch, int rest, int tile, int shortest) {
        long[] longestFirst = new long[batch.sequences()];
        for (int s = 0; s < longestFirst.length; s++) {
            longestFirst[s] = (long) -batch.length(s) << Integer.SIZE | s;
        }
        Arrays.sort(longestFirst);
        int[] items = new int[Math.multiplyExact(count(batch, rest, tile, shortest), NUMBERS)];
        int next = 0;
        for (long key : longestFirst) {
            int s = (int) key;
            next = add(items, next, batch.start(s), batch.length(s), tile, shortest);
        }
        add(items, next, batch.totalTokens(), rest, tile, shortest);
        return items;
    }

    private static int add(int[] items, int from, int start, int length, int tile, int shortest) {
        if (length < shortest) {
            return from;
        }
        int next = from;
        for (int query = 0; query < length; query += tile) {
            items[next] = start;
            items[next + 1] = length;
            items[next + 2] = query;
            next += NUMBERS;
        }
        return next;
    }

    static int count(PackedBatch batch, int rest, int tile, int shortest) {
        int count = count(rest, tile, shortest);
        for (int s = 0; s < batch.sequences(); s++) {
            count += count(batch.length(s), tile, shortest);
        }
        return count;
    }

    private static int count(int length, int tile, int shortest) {
        return length < shortest ? 0 : Rounding.blocks(length, tile);
    }
}
