package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import java.util.function.IntBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The work of attention, divided among blocks. There are units of 128 queries and the tiles near them, by heads, and such of 192
 * queries and the tiles far from them.
 *
 * @param buckets which tiles are far; null if all are, since there are no positions
 * @param padding rows of a position table before that of the first bucket
 * @param most blocks at most
 */
record WorkShares(int heads, @Nullable RelativeBuckets buckets, int padding, int most) {

    static final int FAR_UNIT = 192;

    private static final int FAR_TILE = 128;

    /** Workers of a block: of near tiles two pairs of warpgroups, of far ones all together. */
    private static final int NEAR_WORKERS = 2;

    /** By measure of the kernels; each of the two in a unit of its own. */
    private static final Division.Times NEAR_TIMES = new Division.Times(7, 4, 5, 2);

    private static final Division.Times FAR_TIMES = new Division.Times(0, 3, 1, 1);

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

    int nearBlocks(BatchLayout layout) {
        return buckets == null ? 0 : blocks(layout, layout.largeItems());
    }

    int farBlocks(BatchLayout layout) {
        return blocks(layout, layout.farItems());
    }

    private int blocks(BatchLayout layout, int items) {
        int parts = Math.max(1, Math.min(MOST_PARTS, layout.rows() / PART_ROWS));
        return (int) Math.min(most, (long) parts * items * heads);
    }

    /** Shares at most, where a block has one for each worker and head. */
    private int nearShares(int blocks) {
        return NEAR_WORKERS * (blocks + heads);
    }

    /** The number at which shares of far tiles begin. */
    int farSharesAt(BatchLayout layout) {
        return Share.NUMBERS * nearShares(nearBlocks(layout));
    }

    /** Numbers of the shares of any batch at most. */
    int mostNumbers() {
        return Share.NUMBERS * (nearShares(most) + most);
    }

    /** Flags of the slots for parts at most, one for each warp. */
    int mostFlags() {
        return Math.max(NEAR_WARPS * nearShares(most), FAR_WARPS * most);
    }

    /** Bytes of the slots for parts at most. */
    long partBytes(BatchLayout layout) {
        long near = (long) NEAR_WARPS * nearShares(nearBlocks(layout));
        long far = (long) FAR_WARPS * farBlocks(layout);
        return PART_BYTES * Math.max(near, far);
    }

    /** What is to be divided. */
    WorkUnits units(PackedBatch batch, BatchLayout layout) {
        Saturation saturation = saturation();
        int[] items = BatchLayout.largeItems(batch);
        int[] near = new int[0];
        int rows = 0;
        IntBinaryOperator far = (length, query) -> Rounding.blocks(length, FAR_TILE);
        if (buckets != null && saturation != null) {
            near = tiles(items, (length, query) -> nearTiles(saturation, length, query));
            rows = neededRows(buckets, items);
            far = (length, query) -> farTiles(saturation, length, query);
        }
        return new WorkUnits(
                near,
                nearBlocks(layout),
                rows,
                tiles(layout.farItems(batch), far),
                farBlocks(layout));
    }

    /** The shares of near tiles as attention_hopper_near.cu reads them, then those of far tiles. */
    int[] of(WorkUnits units) {
        int farAt = Share.NUMBERS * nearShares(units.nearBlocks());
        int[] numbers = new int[farAt + Share.NUMBERS * units.farBlocks()];
        if (units.nearBlocks() > 0) {
            writeNear(units, numbers);
        }
        if (units.farBlocks() > 0) {
            writeFar(units, numbers, farAt);
        }
        return numbers;
    }

    /** A block's first shares lie at its number, further ones behind those of all blocks. */
    private void writeNear(WorkUnits units, int[] numbers) {
        int blocks = units.nearBlocks();
        List<List<Share>> ofBlocks = Division.best(
                        units.nearTiles(), heads, blocks, NEAR_WORKERS, NEAR_TIMES, NEAR_WORTH)
                .blocks();
        int free = NEAR_WORKERS * blocks;
        for (int block = 0; block < blocks; block++) {
            List<Share> shares = ofBlocks.get(block);
            int at = NEAR_WORKERS * block;
            for (int i = 0; i < shares.size(); i += NEAR_WORKERS) {
                int next = i + NEAR_WORKERS < shares.size() ? free : 0;
                for (int worker = 0; worker < NEAR_WORKERS; worker++) {
                    shares.get(i + worker)
                            .write(numbers, Share.NUMBERS * (at + worker), units.rows(), next);
                }
                at = next;
                free += next > 0 ? NEAR_WORKERS : 0;
            }
        }
    }

    private void writeFar(WorkUnits units, int[] numbers, int farAt) {
        int[] ofHead = units.farTiles();
        int[] tiles = new int[heads * ofHead.length];
        for (int head = 0; head < heads; head++) {
            System.arraycopy(ofHead, 0, tiles, head * ofHead.length, ofHead.length);
        }
        List<List<Share>> ofBlocks = Division.best(
                        tiles, 1, units.farBlocks(), 1, FAR_TIMES, FAR_WORTH)
                .blocks();
        for (int block = 0; block < ofBlocks.size(); block++) {
            for (Share share : ofBlocks.get(block)) {
                share.write(numbers, farAt + Share.NUMBERS * block, 0, 0);
            }
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

    /** Rows of a position table that distances in the longest sequence's tiles have. */
    private int neededRows(RelativeBuckets buckets, int[] items) {
        int longest = 0;
        for (int i = 0; i < items.length; i += WorkItems.NUMBERS) {
            longest = Math.max(longest, items[i + 1]);
        }
        int farthest = Rounding.up(longest, Saturation.TILE) - 1;
        return buckets.row(-farthest) + padding | (buckets.row(farthest) + padding) << Short.SIZE;
    }
}
