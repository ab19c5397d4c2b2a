package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** Query rows of a block; key counts are rounded up to the same unit. */
    static final int QUERIES = 64;

    /** Query rows that share the position products of the keys near them. */
    private static final int STRIPE = 1024;

    private record Stripe(int sequence, int head, int from, int to) {
        long cost(PackedBatch batch) {
            return (long) (to - from) * batch.length(sequence);
        }
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
                4L * CpuTensor.SLACK * qkv.columns());
        List<Stripe> stripes = new ArrayList<>();
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            for (int from = 0; from < batch.length(sequence); from += STRIPE) {
                for (int head = 0; head < attention.heads(); head++) {
                    int to = Math.min(batch.length(sequence), from + STRIPE);
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
            this.keys = CpuLinear.roundUp(length, QUERIES);
            this.size = attention.headSize();
            this.column = stripe.head() * size;
            CpuAttention.DistanceTable distances = attention.distances();
            this.positions = distances == null
                    ? null
                    : new PositionTerms(
                            lane,
                            attention,
                            distances,
                            column,
                            length,
                            qkv.columns(),
                            qkv.address(start, attention.size() + column),
                            stripe.from(),
                            stripe.to());
        }

        void run() {
            for (int i = stripe.from(); i < stripe.to(); i += QUERIES) {
                block(i, Math.min(QUERIES, stripe.to() - i));
            }
        }

        private void block(int first, int count) {
            int stride = qkv.columns();
            long query = qkv.address(start + first, column);
            long scores = lane.scratch(Lane.Scratch.SCORES, (long) QUERIES * keys);
            lane.run(
                    new Operation.MatMul(
                            QUERIES, keys, size, stride, 1, stride, keys, attention.scale()),
                    query,
                    qkv.address(start, attention.size() + column),
                    scores);
            float[] row = lane.array(Lane.Scratch.SCORES, keys);
            if (positions != null) {
                positions.startBlock(first, query);
            }
            for (int a = 0; a < count; a++) {
                var buffer = Address.floats(scores + 4L * a * keys, keys);
                buffer.get(0, row, 0, keys);
                if (positions != null) {
                    positions.add(a, row);
                }
                Arrays.fill(row, length, keys, Float.NEGATIVE_INFINITY);
                buffer.put(0, row, 0, keys);
            }
            lane.run(new Operation.Softmax(QUERIES, keys), scores, scores);
            values(scores, first, count);
        }

        private void values(long probabilities, int first, int count) {
            long value = qkv.address(start, 2 * attention.size() + column);
            boolean whole = count == QUERIES;
            long output = whole
                    ? context.address(start + first, column)
                    : lane.scratch(Lane.Scratch.OUTPUT, (long) QUERIES * size);
            int stride = whole ? context.columns() : size;
            lane.run(
                    new Operation.MatMul(QUERIES, size, keys, keys, qkv.columns(), 1, stride, 1),
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
