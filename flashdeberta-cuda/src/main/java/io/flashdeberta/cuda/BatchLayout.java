package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

import java.util.List;

/**
 * Where a batch's numbers lie on the GPU, 32 bits each: the two counts of work items, the ids, the type ids, the places, both
 * lists of work items, the shares of blocks in them, the offsets. Batches with one layout differ by content alone.
 *
 * @param rows the batch's tokens, rounded up
 * @param smallItems work items of {@link #SMALL_TILE} query rows, rounded up
 * @param largeItems work items of {@link #LARGE_TILE} query rows, rounded up
 * @param processors blocks that run at once where shares are wanted, or 0
 */
record BatchLayout(int rows, int smallItems, int largeItems, int processors) {

    static final int SMALL_TILE = 64;
    static final int LARGE_TILE = 128;

    /** The counts, and room that keeps the rest aligned to 16 bytes. */
    private static final int COUNTS = 4;

    private static final int UNIT = 4;

    static BatchLayout of(PackedBatch batch, int processors) {
        return new BatchLayout(
                Rounding.rows(batch.totalTokens()),
                Rounding.items(WorkItems.count(batch, 0, SMALL_TILE)),
                Rounding.items(WorkItems.count(batch, rest(batch), LARGE_TILE)),
                processors);
    }

    /**
     * The rows behind a batch's tokens that are among the large items: a recorded pass computes all rounded rows, and
     * what is no number in one of them would spread to the tokens before it through values that have no weight.
     */
    private static int rest(PackedBatch batch) {
        int tokens = batch.totalTokens();
        return tokens > RecordedPasses.MOST_TOKENS ? 0 : Rounding.rows(tokens) - tokens;
    }

    /** Blocks that share the large items of all heads. */
    int blocks(int heads) {
        return (int) Math.min(processors, (long) largeItems * heads);
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

    /** The shares of a kind of attention. */
    int sharesAt(int kind) {
        return largeItemsAt() + WorkItems.NUMBERS * largeItems + kind * sharesSize();
    }

    private int sharesSize() {
        return processors == 0 ? 0 : Rounding.up(processors + 1, UNIT);
    }

    int offsets() {
        return sharesAt(WorkShares.MOST_KINDS);
    }

    /** Numbers in all. */
    int size(int sequences) {
        return offsets() + Rounding.up(sequences + 1, UNIT);
    }

    /** A batch's numbers; what rounding added is 0, a token without neighbours or an item without rows. */
    int[] fill(PackedBatch batch, List<WorkShares.Kind> kinds) {
        int[] numbers = new int[size(batch.sequences())];
        int[] small = WorkItems.of(batch, 0, SMALL_TILE);
        int[] large = WorkItems.of(batch, rest(batch), LARGE_TILE);
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
        for (int k = 0; k < kinds.size(); k++) {
            int[] shares =
                    WorkShares.of(kinds.get(k), large, blocks(kinds.get(k).heads()));
            System.arraycopy(shares, 0, numbers, sharesAt(k), shares.length);
        }
        System.arraycopy(batch.offsets(), 0, numbers, offsets(), batch.sequences() + 1);
        return numbers;
    }
}
