package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Disentangled attention by blocks of query rows, in memory linear in the sequence length. Where the distance between query and
 * key is saturated, the position terms are one number for each row and one for each column; only the band around the diagonal
 * needs products with the position tables.
 */
final class FlashAttention implements AttentionKernel {

    /** Query rows of a block. */
    static final int QUERIES = 64;

    /** Key counts are rounded up to this unit. */
    static final int KEY_STEP = 32;

    /** A block's rows are rounded up to this unit. */
    private static final int QUERY_STEP = 16;

    /** Query rows that one thread takes at a time. */
    private static final int STRIPE = 1024;

    private record Stripe(int sequence, int head, int from, int to) {
        long cost(PackedBatch batch) {
            return (long) (to - from) * batch.length(sequence);
        }
    }

    @Override
    public boolean readsRounded() {
        return true;
    }

    @Override
    public void run(
            CpuThreads threads,
            Lane[] lanes,
            CpuAttention attention,
            PackedBatch batch,
            CpuTensor qkv,
            CpuTensor context) {
        Pointer.memset(
                new Address().at(qkv.address(qkv.rows(), 0)),
                0,
                (long) qkv.type().bytes() * CpuTensor.SLACK * qkv.columns());
        int rows = STRIPE;
        while (rows > QUERIES
                && (long) qkv.rows() * attention.heads() < 4L * threads.count() * rows) {
            rows /= 2;
        }
        List<Stripe> stripes = new ArrayList<>();
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            for (int from = 0; from < batch.length(sequence); from += rows) {
                for (int head = 0; head < attention.heads(); head++) {
                    int to = Math.min(batch.length(sequence), from + rows);
                    stripes.add(new Stripe(sequence, head, from, to));
                }
            }
        }
        stripes.sort(
                Comparator.comparingLong((Stripe stripe) -> stripe.cost(batch)).reversed());
        threads.forEach(lanes, stripes.size(), (lane, item) -> {
            Stripe stripe = stripes.get(item);
            int start = batch.start(stripe.sequence());
            int length = batch.length(stripe.sequence());
            new Pass(lane, attention, stripe, start, length, qkv, context).run();
        });
    }

    /** One head's attention for one stripe of a sequence. */
    private static final class Pass {

        private final Lane lane;
        private final CpuAttention attention;
        private final Stripe stripe;
        private final CpuTensor qkv;
        private final CpuTensor context;
        private final int start;
        private final int length;
        private final int keys;
        private final int column;
        private final int size;
        private final @Nullable PositionTerms positions;

        Pass(
                Lane lane,
                CpuAttention attention,
                Stripe stripe,
                int start,
                int length,
                CpuTensor qkv,
                CpuTensor context) {
            this.lane = lane;
            this.attention = attention;
            this.stripe = stripe;
            this.qkv = qkv;
            this.context = context;
            this.start = start;
            this.length = length;
            this.keys = CpuLinear.roundUp(length, KEY_STEP);
            this.size = attention.headSize();
            this.column = stripe.head() * size;
            RelativeBuckets buckets = attention.buckets();
            this.positions = buckets == null
                    ? null
                    : new PositionTerms(
                            lane,
                            attention,
                            buckets,
                            qkv.type(),
                            stripe.head(),
                            keys,
                            qkv.columns(),
                            key());
        }

        private long key() {
            return qkv.address(start, attention.size() + column);
        }

        void run() {
            for (int i = stripe.from(); i < stripe.to(); i += QUERIES) {
                block(i, Math.min(QUERIES, stripe.to() - i));
            }
        }

        private void block(int first, int count) {
            int rows = CpuLinear.roundUp(count, QUERY_STEP);
            int stride = qkv.columns();
            long query = qkv.address(start + first, column);
            long scores = lane.scratch(Lane.Scratch.SCORES, (long) QUERIES * keys);
            if (positions != null) {
                positions.write(first, rows, query, scores);
            }
            lane.run(
                    new Operation.MatMul(
                            qkv.type(),
                            rows,
                            keys,
                            size,
                            stride,
                            1,
                            stride,
                            keys,
                            attention.scale(),
                            positions != null),
                    query,
                    key(),
                    scores);
            if (length < keys) {
                lane.run(
                        Operation.Copy.rows(rows, keys - length, KEY_STEP, keys),
                        lane.negativeInfinity(QUERIES * KEY_STEP),
                        scores + 4L * length);
            }
            long probabilities = qkv.type() == NumberType.FP32
                    ? scores
                    : lane.scratch(Lane.Scratch.PROBABILITIES, (long) QUERIES * keys);
            lane.run(new Operation.Softmax(rows, keys, qkv.type()), scores, probabilities);
            values(probabilities, first, count, rows);
        }

        private void values(long probabilities, int first, int count, int rows) {
            long value = qkv.address(start, 2 * attention.size() + column);
            boolean whole = count == rows;
            long output = whole
                    ? context.address(start + first, column)
                    : lane.scratch(Lane.Scratch.OUTPUT, (long) QUERIES * size);
            int stride = whole ? context.columns() : size;
            lane.run(
                    new Operation.MatMul(
                            qkv.type(), rows, size, keys, keys, qkv.columns(), 1, stride, 1),
                    probabilities,
                    value,
                    output);
            for (int a = 0; !whole && a < count; a++) {
                Pointer.memcpy(
                        new Address().at(context.address(start + first + a, column)),
                        new Address().at(output + 4L * a * size),
                        4L * size);
            }
        }
    }
}
