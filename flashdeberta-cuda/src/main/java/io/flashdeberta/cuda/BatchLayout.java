package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

/**
 * Where a batch's numbers lie on the GPU, 32 bits each: the two counts of work items, the ids, the type ids, the places, both
 * lists of work items, the offsets. Batches with one layout differ by content alone.
 *
 * @param rows the batch's tokens, rounded up
 * @param smallItems work items of {@link #SMALL_TILE} query rows, rounded up
 * @param largeItems work items of {@link #LARGE_TILE} query rows, rounded up
 */
record BatchLayout(int rows, int smallItems, int largeItems) {

    static final int SMALL_TILE = 64;
    static final int LARGE_TILE = 128;

    /** The counts, and room that keeps the rest aligned to 16 bytes. */
    private static final int COUNTS = 4;

    private static final int OFFSETS_UNIT = 4;

    static BatchLayout of(PackedBatch batch) {
        return new BatchLayout(
                Rounding.rows(batch.totalTokens()),
                Rounding.items(WorkItems.count(batch, rest(batch), SMALL_TILE)),
                Rounding.items(WorkItems.count(batch, rest(batch), LARGE_TILE)));
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
        return WorkItems.of(batch, rest(batch), SMALL_TILE);
    }

    static int[] largeItems(PackedBatch batch) {
        return WorkItems.of(batch, rest(batch), LARGE_TILE);
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

    int offsets() {
        return largeItemsAt() + WorkItems.NUMBERS * largeItems;
    }

    /** Numbers in all. */
    int size(int sequences) {
        return offsets() + Rounding.up(sequences + 1, OFFSETS_UNIT);
    }

    /** A batch's numbers; what rounding added is 0: a token without neighbours, or an item that does not count. */
    int[] fill(PackedBatch batch) {
        int[] numbers = new int[size(batch.sequences())];
        int[] small = smallItems(batch);
        int[] large = largeItems(batch);
        numbers[0] = small.length / WorkItems.NUMBERS;
        numbers[1] = large.length / WorkItems.NUMBERS;
        int tokens = batch.totalTokens();
        System.arraycopy(batch.ids(), 0, numbers, ids(), tokens);
        System.arraycopy(batch.typeIds(), 0, numbers, typeIds(), tokens);
        for (int s = 0; s < batch.sequences(); s++) {
            for (int i = 0; i < batch.length(s); i++) {
                int at = places() + 2 * (batch.start(s) + i);
                numbers[at] = i;
                numbers[at + 1] = batch.length(s) - 1 - i;
            }
        }
        System.arraycopy(small, 0, numbers, smallItemsAt(), small.length);
        System.arraycopy(large, 0, numbers, largeItemsAt(), large.length);
        System.arraycopy(batch.offsets(), 0, numbers, offsets(), batch.sequences() + 1);
        return numbers;
    }
}
