package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

import java.nio.IntBuffer;

/**
 * Where a batch's numbers lie on the GPU, 32 bits each: the three counts of work items, the ids, the type ids, the places, the
 * three lists of work items, the offsets. Batches with one layout differ by content alone.
 *
 * @param rows the batch's tokens, rounded up
 * @param smallItems work items of {@link #SMALL_TILE} query rows, rounded up
 * @param largeItems work items of {@link #LARGE_TILE} query rows, rounded up
 * @param farItems work items of {@link WorkShares#FAR_UNIT} query rows of long sequences, rounded up
 * @param shortestFar tokens of the shortest long sequence
 */
record BatchLayout(int rows, int smallItems, int largeItems, int farItems, int shortestFar) {

    static final int SMALL_TILE = 64;
    static final int LARGE_TILE = 128;

    /** The counts, and room that keeps the rest aligned to 16 bytes. */
    private static final int COUNTS = 4;

    private static final int OFFSETS_UNIT = 4;

    static BatchLayout of(PackedBatch batch, int shortestFar) {
        return new BatchLayout(
                Rounding.rows(batch.totalTokens()),
                Rounding.items(WorkItems.count(batch, rest(batch), SMALL_TILE, 1)),
                Rounding.items(WorkItems.count(batch, rest(batch), LARGE_TILE, 1)),
                Rounding.items(
                        WorkItems.count(batch, rest(batch), WorkShares.FAR_UNIT, shortestFar)),
                shortestFar);
    }

    /**
     * The rows that rounding adds where passes are recorded, which compute all rows: they are a sequence of their own, so that
     * attention writes numbers into them too.
     */
    private static int rest(PackedBatch batch) {
        int tokens = batch.totalTokens();
        return tokens > RecordedPasses.MOST_TOKENS ? 0 : Rounding.rows(tokens) - tokens;
    }

    static int[] smallItems(PackedBatch batch) {
        return WorkItems.of(batch, rest(batch), SMALL_TILE, 1);
    }

    static int[] largeItems(PackedBatch batch) {
        return WorkItems.of(batch, rest(batch), LARGE_TILE, 1);
    }

    int[] farItems(PackedBatch batch) {
        return WorkItems.of(batch, rest(batch), WorkShares.FAR_UNIT, shortestFar);
    }

    int ids() {
        return COUNTS;
    }

    int typeIds() {
        return ids() + rows;
    }

    /** Each token's position in its sequence, and the tokens that follow there. */
    int places() {
        return typeIds() + rows;
    }

    int smallItemsAt() {
        return places() + 2 * rows;
    }

    int largeItemsAt() {
        return smallItemsAt() + WorkItems.NUMBERS * smallItems;
    }

    int farItemsAt() {
        return largeItemsAt() + WorkItems.NUMBERS * largeItems;
    }

    int offsets() {
        return farItemsAt() + WorkItems.NUMBERS * farItems;
    }

    /** Numbers in all. */
    int size(int sequences) {
        return offsets() + Rounding.up(sequences + 1, OFFSETS_UNIT);
    }

    /** Writes a batch's numbers; what rounding added is 0: a token without neighbours, or an item that does not count. */
    void fill(PackedBatch batch, IntBuffer numbers) {
        int[] small = smallItems(batch);
        int[] large = largeItems(batch);
        int[] far = farItems(batch);
        numbers.put(0, new int[] {
            small.length / WorkItems.NUMBERS,
            large.length / WorkItems.NUMBERS,
            far.length / WorkItems.NUMBERS,
            0
        });
        put(batch.ids(), batch.totalTokens(), ids(), typeIds(), numbers);
        put(batch.typeIds(), batch.totalTokens(), typeIds(), places(), numbers);
        int at = places();
        for (int s = 0; s < batch.sequences(); s++) {
            int length = batch.length(s);
            for (int i = 0; i < length; i++) {
                numbers.put(at, i);
                numbers.put(at + 1, length - 1 - i);
                at += 2;
            }
        }
        clear(at, smallItemsAt(), numbers);
        put(small, small.length, smallItemsAt(), largeItemsAt(), numbers);
        put(large, large.length, largeItemsAt(), farItemsAt(), numbers);
        put(far, far.length, farItemsAt(), offsets(), numbers);
        put(batch.offsets(), batch.sequences() + 1, offsets(), size(batch.sequences()), numbers);
    }

    private static void put(int[] values, int count, int from, int to, IntBuffer numbers) {
        numbers.put(from, values, 0, count);
        clear(from + count, to, numbers);
    }

    private static void clear(int from, int to, IntBuffer numbers) {
        for (int i = from; i < to; i++) {
            numbers.put(i, 0);
        }
    }
}
