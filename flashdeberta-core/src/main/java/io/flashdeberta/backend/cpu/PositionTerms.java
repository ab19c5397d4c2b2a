package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/** The position terms of one head for a stripe of query rows of one sequence. */
final class PositionTerms {

    private final Lane lane;
    private final CpuAttention attention;
    private final CpuAttention.DistanceTable distances;
    private final int column;
    private final int length;
    private final int stride;

    /** The rows of the position tables that occur, a window of the tables. */
    private final int window;

    private final int firstRow;

    /** The keys whose products with QR are at hand, from this one on: {@code nearProducts [keys, window]}. */
    private final int nearFrom;

    private final float @Nullable [] nearProducts;

    /** Each key's product with the last and the first row of QR: {@code [2, length]}; null if no distance is saturated. */
    private final float @Nullable [] saturatedProducts;

    private float @Nullable [] queryProducts;
    private int blockStart;

    PositionTerms(
            Lane lane,
            CpuAttention attention,
            CpuAttention.DistanceTable distances,
            int column,
            int length,
            int stride,
            long key,
            int stripeFrom,
            int stripeTo) {
        this.lane = lane;
        this.attention = attention;
        this.distances = distances;
        this.column = column;
        this.length = length;
        this.stride = stride;
        RelativeBuckets buckets = distances.buckets();
        this.firstRow = distances.row(-(length - 1));
        this.window = distances.row(length - 1) - firstRow + 1;
        this.nearFrom = Math.max(0, stripeFrom - buckets.last() + 1);
        int nearTo = Math.min(length, stripeTo + FlashAttention.QUERIES - buckets.first());
        NativeMemory.Block queryPositions = attention.queryPositions();
        if (queryPositions == null) {
            nearProducts = null;
            saturatedProducts = null;
        } else {
            nearProducts = products(
                    Lane.Scratch.POSITION_TO_CONTENT,
                    queryPositions,
                    key + 4L * nearFrom * stride,
                    CpuLinear.roundUp(nearTo - nearFrom, FlashAttention.QUERIES));
            saturatedProducts = saturated() ? saturatedProducts(queryPositions, key) : null;
        }
    }

    private boolean saturated() {
        return length > distances.buckets().last()
                || length > -distances.buckets().first();
    }

    /** Products of {@code rows} queries or keys with the window of a position table: {@code [rows, window]}. */
    private float[] products(
            Lane.Scratch purpose, NativeMemory.Block table, long content, int rows) {
        int size = attention.headSize();
        long products = lane.scratch(purpose, (long) rows * window);
        lane.run(
                new Operation.MatMul(
                        rows, window, size, stride, 1, attention.size(), window, attention.scale()),
                content,
                table.address() + 4L * ((long) firstRow * attention.size() + column),
                products);
        int count = Math.multiplyExact(rows, window);
        float[] array = lane.array(purpose, count);
        Address.floats(products, count).get(array, 0, count);
        return array;
    }

    private float[] saturatedProducts(NativeMemory.Block table, long key) {
        int keys = CpuLinear.roundUp(length, FlashAttention.QUERIES);
        int lastRow = distances.buckets().rows() - 1;
        long pairs = lane.scratch(Lane.Scratch.SATURATED, 2L * keys);
        lane.run(
                new Operation.MatMul(
                        keys,
                        2,
                        attention.headSize(),
                        stride,
                        1,
                        (long) lastRow * attention.size(),
                        2,
                        attention.scale()),
                key,
                table.address() + 4L * column,
                pairs);
        float[] interleaved = new float[2 * keys];
        Address.floats(pairs, 2 * keys).get(interleaved);
        float[] array = lane.array(Lane.Scratch.SATURATED, 2 * length);
        for (int j = 0; j < length; j++) {
            array[j] = interleaved[2 * j + 1];
            array[length + j] = interleaved[2 * j];
        }
        return array;
    }

    /** Prepares for the query rows from {@code first} on, which are at {@code query}. */
    void startBlock(int first, long query) {
        blockStart = first;
        NativeMemory.Block keyPositions = attention.keyPositions();
        if (keyPositions != null) {
            queryProducts = products(
                    Lane.Scratch.CONTENT_TO_POSITION, keyPositions, query, FlashAttention.QUERIES);
        }
    }

    /** Adds the terms of the block's row {@code a} to its scores. */
    void add(int a, float[] scores) {
        RelativeBuckets buckets = distances.buckets();
        int i = blockStart + a;
        int bandFrom = Math.min(length, Math.max(0, i - buckets.last() + 1));
        int bandTo = Math.max(bandFrom, Math.min(length, i - buckets.first()));
        int queryRow = a * window;
        addSaturated(scores, 0, bandFrom, queryRow + window - 1, 0);
        addSaturated(scores, bandTo, length, queryRow, length);
        int[] rows = distances.rows();
        int table = distances.offset(i - bandFrom) - bandFrom;
        if (queryProducts != null) {
            addQueryProducts(scores, rows, table, bandFrom, bandTo, queryRow - firstRow);
        }
        if (nearProducts != null) {
            addNearProducts(scores, rows, table, bandFrom, bandTo);
        }
    }

    private void addSaturated(float[] scores, int from, int to, int queryProduct, int keyProducts) {
        float row = queryProducts == null ? 0 : queryProducts[queryProduct];
        if (saturatedProducts == null) {
            for (int j = from; j < to; j++) {
                scores[j] += row;
            }
        } else {
            float[] columns = saturatedProducts;
            for (int j = from; j < to; j++) {
                scores[j] += row + columns[keyProducts + j];
            }
        }
    }

    private void addQueryProducts(
            float[] scores, int[] rows, int table, int from, int to, int origin) {
        float[] products = queryProducts;
        for (int j = from; products != null && j < to; j++) {
            scores[j] += products[origin + rows[table + j]];
        }
    }

    private void addNearProducts(float[] scores, int[] rows, int table, int from, int to) {
        float[] products = nearProducts;
        for (int j = from; products != null && j < to; j++) {
            scores[j] += products[(j - nearFrom) * window - firstRow + rows[table + j]];
        }
    }
}
