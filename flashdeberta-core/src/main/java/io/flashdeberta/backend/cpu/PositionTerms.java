package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.RelativeBuckets;

import java.nio.FloatBuffer;

/**
 * The position terms of one head for a stripe of query rows of one sequence. Near the diagonal they are products with the
 * {@link DistanceTable}s, moved to their places along skewed strides. Beyond, they are one number for each row and one for each
 * column, and the matrix of their sums is a product of rank two.
 */
final class PositionTerms {

    private static final int STEP = FlashAttention.KEY_STEP;

    /** Columns that one saturated product fills at most, so that there are few shapes. */
    private static final int MOST_COLUMNS = 1024;

    private final Lane lane;
    private final CpuAttention attention;
    private final RelativeBuckets buckets;
    private final NumberType type;
    private final int head;
    private final int keys;
    private final int stride;
    private final long key;
    private final long tableRows;

    /**
     * @param key the sequence's keys of this head, {@code stride} apart
     * @param keys their number, a multiple of {@link FlashAttention#KEY_STEP}
     */
    PositionTerms(
            Lane lane,
            CpuAttention attention,
            RelativeBuckets buckets,
            NumberType type,
            int head,
            int keys,
            int stride,
            long key) {
        this.lane = lane;
        this.attention = attention;
        this.buckets = buckets;
        this.type = type;
        this.head = head;
        this.keys = keys;
        this.stride = stride;
        this.key = key;
        this.tableRows = DistanceTable.rows(buckets);
        if (keys > buckets.last() || keys > -buckets.first()) {
            columnTerms(0, buckets.last());
            columnTerms(1, buckets.first());
        }
    }

    private long columns(int side) {
        return lane.scratch(Lane.Scratch.COLUMN_TERMS, 4L * keys) + 8L * side * keys;
    }

    /** Ones above each key's product with the QR of a saturated distance: {@code [2, keys]}. */
    private void columnTerms(int side, int distance) {
        NativeMemory.Block table = attention.queryPositions();
        long columns = columns(side);
        FloatBuffer values = Address.floats(columns, 2 * keys);
        for (int j = 0; j < keys; j++) {
            values.put(j, 1);
        }
        for (int j = 0; table == null && j < keys; j++) {
            values.put(keys + j, 0);
        }
        if (table != null) {
            lane.run(
                    new Operation.MatMul(
                            type,
                            1,
                            keys,
                            attention.headSize(),
                            attention.headSize(),
                            1,
                            stride,
                            keys,
                            attention.scale()),
                    row(table, distance - DistanceTable.smallest(buckets)),
                    key,
                    columns + 4L * keys);
        }
    }

    private long row(NativeMemory.Block table, int row) {
        return table.address() + type.bytes() * (head * tableRows + row) * attention.headSize();
    }

    /** Writes the terms of the queries from number {@code first} on, {@code count} of them, to {@code scores [count, keys]}. */
    void write(int first, int count, long query, long scores) {
        int from = Math.max(0, Math.floorDiv(first - buckets.last() + 1, STEP) * STEP);
        int to = Math.min(keys, CpuLinear.roundUp(first + count - 1 - buckets.first(), STEP));
        from = Math.min(from, to);
        if (from > 0) {
            saturated(0, buckets.last(), count, query, 0, from, scores);
        }
        if (to < keys) {
            saturated(1, buckets.first(), count, query, to, keys, scores);
        }
        NativeMemory.Block keyPositions = attention.keyPositions();
        NativeMemory.Block queryPositions = attention.queryPositions();
        if (keyPositions != null) {
            contentToPosition(keyPositions, first, count, query, from, to, scores + 4L * from);
        }
        if (queryPositions != null) {
            positionToContent(
                    queryPositions,
                    first,
                    count,
                    from,
                    to,
                    scores + 4L * from,
                    keyPositions != null);
        }
    }

    private void saturated(
            int side, int distance, int count, long query, int from, int to, long scores) {
        long rows = lane.scratch(Lane.Scratch.ROW_TERMS, 2L * FlashAttention.QUERIES);
        rowTerms(rows, distance, count, query);
        for (int j = from; j < to; j += MOST_COLUMNS) {
            int width = Math.min(MOST_COLUMNS, to - j);
            lane.run(
                    new Operation.MatMul(NumberType.FP32, count, width, 2, 2, keys, 1, keys, 1),
                    rows,
                    columns(side) + 4L * j,
                    scores + 4L * j);
        }
    }

    /** Each query's product with the KR of a saturated distance, and one: {@code [count, 2]}. */
    private void rowTerms(long rows, int distance, int count, long query) {
        NativeMemory.Block table = attention.keyPositions();
        FloatBuffer values = Address.floats(rows, 2 * count);
        for (int a = 0; a < count; a++) {
            values.put(2 * a, 0);
            values.put(2 * a + 1, 1);
        }
        if (table != null) {
            lane.run(
                    new Operation.MatMul(
                            type,
                            count,
                            1,
                            attention.headSize(),
                            stride,
                            1,
                            1,
                            2,
                            attention.scale()),
                    query,
                    row(table, DistanceTable.greatest(buckets) - distance),
                    rows);
        }
    }

    /** Row {@code a} of the products holds falling distances: the term of key {@code j} lies at {@code count − 1 − a + j}. */
    private void contentToPosition(
            NativeMemory.Block table,
            int first,
            int count,
            long query,
            int from,
            int to,
            long scores) {
        int near = to - from;
        int width = near + count;
        int size = attention.headSize();
        long products = lane.scratch(Lane.Scratch.CONTENT_TO_POSITION, (long) count * width);
        int greatest = first + count - 1 - from;
        lane.run(
                new Operation.MatMul(
                        type, count, width, size, stride, 1, size, width, attention.scale()),
                query,
                row(table, DistanceTable.greatest(buckets) - greatest),
                products);
        lane.run(
                Operation.Copy.rows(count, near, width - 1L, keys),
                products + 4L * (count - 1),
                scores);
    }

    /** By steps of keys; row {@code j} of a step's products holds rising distances: query {@code a} lies at {@code a + STEP − 1 − j}. */
    private void positionToContent(
            NativeMemory.Block table,
            int first,
            int count,
            int from,
            int to,
            long scores,
            boolean accumulate) {
        int steps = (to - from) / STEP;
        int width = count + STEP;
        int size = attention.headSize();
        long products = lane.scratch(Lane.Scratch.POSITION_TO_CONTENT, (long) steps * STEP * width);
        Operation step = new Operation.MatMul(
                type, STEP, width, size, stride, 1, size, width, attention.scale());
        for (int n = 0; n < steps; n++) {
            int j = from + n * STEP;
            int smallest = first - j - (STEP - 1);
            lane.run(
                    step,
                    key + (long) type.bytes() * j * stride,
                    row(table, smallest - DistanceTable.smallest(buckets)),
                    products + 4L * n * STEP * width);
        }
        lane.run(
                new Operation.Copy(
                        steps,
                        STEP,
                        count,
                        new Operation.Copy.View((long) STEP * width, width - 1L, 1),
                        new Operation.Copy.View(STEP, 1, keys),
                        accumulate),
                products + 4L * (STEP - 1),
                scores);
    }
}
