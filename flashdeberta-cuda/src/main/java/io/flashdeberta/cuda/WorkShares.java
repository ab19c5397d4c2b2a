package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import java.util.function.IntBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The work of attention, divided among blocks. There are units of 128 queries and the tiles near them, and such of 192 queries and the
 * tiles far from them, of one head after the other.
 *
 * @param buckets which tiles are far; null if all are, since there are no positions
 * @param multiprocessors of the GPU, each of which has room for two blocks for near tiles or one for far ones
 */
record WorkShares(int heads, @Nullable RelativeBuckets buckets, int multiprocessors) {

    static final int FAR_UNIT = 192;

    private static final int FAR_TILE = 128;

    /** By measure of the kernels. */
    private static final Division.Times NEAR_TIMES = new Division.Times(2, 5, 2);

    private static final Division.Times FAR_TIMES = new Division.Times(3, 1, 1);

    /** Blocks for each unit at most, and rows of the batch for each of these, since a unit has no more tiles than its batch. */
    private static final int MOST_PARTS = 4;

    private static final int PART_ROWS = 2 * Saturation.TILE;

    /**
     * Hundredths of the time in whole units up to which units are divided: where they are not, blocks that work on a sequence's
     * far tiles read the same keys at the same time.
     */
    private static final int NEAR_WORTH = 100;

    private static final int FAR_WORTH = 92;

    private static final int NEAR_WARPS = 8;
    private static final int FAR_WARPS = 12;

    /** Bytes that a warp leaves of a part. */
    private static final long PART_BYTES = 9 * 32 * 4 * Float.BYTES;

    private @Nullable Saturation saturation() {
        return buckets == null ? null : Saturation.of(buckets);
    }

    /** Tokens from which on sequences have far tiles. */
    int shortestFar() {
        Saturation saturation = saturation();
        return saturation == null ? 1 : saturation.shortestFar();
    }

    private int mostNear() {
        return 2 * multiprocessors;
    }

    int nearBlocks(BatchLayout layout) {
        return buckets == null ? 0 : blocks(layout, layout.largeItems(), mostNear());
    }

    int farBlocks(BatchLayout layout) {
        return blocks(layout, layout.farItems(), multiprocessors);
    }

    private int blocks(BatchLayout layout, int items, int most) {
        int parts = Math.max(1, Math.min(MOST_PARTS, layout.rows() / PART_ROWS));
        return (int) Math.min(most, (long) parts * items * heads);
    }

    /** The number at which shares of far tiles begin. */
    int farSharesAt(BatchLayout layout) {
        return Share.NUMBERS * nearBlocks(layout);
    }

    /** Numbers of the shares of any batch at most. */
    int mostNumbers() {
        return Share.NUMBERS * (mostNear() + multiprocessors);
    }

    /** Flags of the slots for parts at most, one for each warp. */
    int mostFlags() {
        return Math.max(NEAR_WARPS * mostNear(), FAR_WARPS * multiprocessors);
    }

    /** Bytes of the slots for parts at most. */
    long partBytes(BatchLayout layout) {
        return PART_BYTES
                * Math.max(NEAR_WARPS * nearBlocks(layout), FAR_WARPS * farBlocks(layout));
    }

    /** What is to be divided. */
    WorkUnits units(PackedBatch batch, BatchLayout layout) {
        Saturation saturation = saturation();
        int[] near = new int[0];
        IntBinaryOperator far = (length, query) -> Rounding.blocks(length, FAR_TILE);
        if (saturation != null) {
            near = tiles(
                    BatchLayout.largeItems(batch),
                    (length, query) -> nearTiles(saturation, length, query));
            far = (length, query) -> farTiles(saturation, length, query);
        }
        return new WorkUnits(
                near, nearBlocks(layout), tiles(layout.farItems(batch), far), farBlocks(layout));
    }

    /** The shares of near tiles, one for each block, then those of far tiles. */
    int[] of(WorkUnits units) {
        int farAt = Share.NUMBERS * units.nearBlocks();
        int[] numbers = new int[farAt + Share.NUMBERS * units.farBlocks()];
        write(units.nearTiles(), units.nearBlocks(), NEAR_TIMES, NEAR_WORTH, numbers, 0);
        write(units.farTiles(), units.farBlocks(), FAR_TIMES, FAR_WORTH, numbers, farAt);
        return numbers;
    }

    private void write(
            int[] ofHead, int blocks, Division.Times times, int worth, int[] numbers, int at) {
        if (blocks == 0) {
            return;
        }
        int[] tiles = new int[heads * ofHead.length];
        for (int head = 0; head < heads; head++) {
            System.arraycopy(ofHead, 0, tiles, head * ofHead.length, ofHead.length);
        }
        List<Share> shares = Division.best(tiles, blocks, times, worth).ofBlocks();
        for (int block = 0; block < blocks; block++) {
            shares.get(block).write(numbers, at + Share.NUMBERS * block);
        }
    }

    /** A number for each item, by its sequence's length and its first query. */
    private static int[] tiles(int[] items, IntBinaryOperator ofItem) {
        int[] tiles = new int[items.length / WorkItems.NUMBERS];
        for (int i = 0; i < tiles.length; i++) {
            int at = WorkItems.NUMBERS * i;
            tiles[i] = ofItem.applyAsInt(items[at + 1], items[at + 2]);
        }
        return tiles;
    }

    private static int nearTiles(Saturation saturation, int length, int query) {
        return saturation.nearTo(query, length) - saturation.nearFrom(query, length);
    }

    private static int farTiles(Saturation saturation, int length, int query) {
        int lastTile = (length - 1) / Saturation.TILE * Saturation.TILE;
        int lastQuery = Math.min(query + FAR_UNIT - Saturation.TILE, lastTile);
        int left = saturation.nearFrom(lastQuery, length) * Saturation.TILE;
        int right = Math.max(0, length - saturation.nearTo(query, length) * Saturation.TILE);
        return Rounding.blocks(left, FAR_TILE) + Rounding.blocks(right, FAR_TILE);
    }
}
