package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Disentangled attention as the paper writes it: all scores of a head at once, then softmax, then the values. */
final class EagerAttention implements AttentionKernel {

    @Override
    public boolean readsRounded() {
        return false;
    }

    @Override
    public void run(
            CpuThreads threads,
            Lane[] lanes,
            CpuAttention attention,
            PackedBatch batch,
            CpuTensor qkv,
            CpuTensor context) {
        int heads = attention.heads();
        threads.forEach(lanes, batch.sequences() * heads, (lane, item) -> {
            int sequence = item / heads;
            head(
                    lane,
                    attention,
                    item % heads,
                    batch.start(sequence),
                    batch.length(sequence),
                    qkv,
                    context);
        });
    }

    private static void head(
            Lane lane,
            CpuAttention attention,
            int head,
            int start,
            int length,
            CpuTensor qkv,
            CpuTensor context) {
        int size = attention.headSize();
        int column = head * size;
        int stride = qkv.columns();
        long query = qkv.address(start, column);
        long key = qkv.address(start, attention.size() + column);
        long value = qkv.address(start, 2 * attention.size() + column);
        long scores = lane.scratch(Lane.Scratch.SCORES, (long) length * length);
        lane.run(
                new Operation.MatMul(
                        NumberType.FP32,
                        length,
                        length,
                        size,
                        stride,
                        1,
                        stride,
                        length,
                        attention.scale()),
                query,
                key,
                scores);
        addPositions(lane, attention, column, length, stride, query, key, scores);
        lane.run(new Operation.Softmax(length, length, NumberType.FP32), scores, scores);
        lane.run(
                new Operation.MatMul(
                        NumberType.FP32,
                        length,
                        size,
                        length,
                        length,
                        stride,
                        1,
                        context.columns(),
                        1),
                scores,
                value,
                context.address(start, column));
    }

    private static void addPositions(
            Lane lane,
            CpuAttention attention,
            int column,
            int length,
            int stride,
            long query,
            long key,
            long scores) {
        RelativeBuckets buckets = attention.buckets();
        if (buckets == null) {
            return;
        }
        int rows = buckets.rows();
        FloatBuffer contentToPosition = products(
                lane,
                Lane.Scratch.CONTENT_TO_POSITION,
                attention,
                attention.keyPositions(),
                query,
                column,
                length,
                stride,
                rows);
        FloatBuffer positionToContent = products(
                lane,
                Lane.Scratch.POSITION_TO_CONTENT,
                attention,
                attention.queryPositions(),
                key,
                column,
                length,
                stride,
                rows);
        int[] deltas = new int[2 * length - 1];
        for (int r = 1 - length; r < length; r++) {
            deltas[r + length - 1] = buckets.row(r);
        }
        for (int i = 0; i < length; i++) {
            FloatBuffer row = Address.floats(scores + 4L * i * length, length);
            for (int j = 0; j < length; j++) {
                int delta = deltas[i - j + length - 1];
                float term =
                        contentToPosition == null ? 0 : contentToPosition.get(i * rows + delta);
                term += positionToContent == null ? 0 : positionToContent.get(j * rows + delta);
                row.put(j, row.get(j) + term);
            }
        }
    }

    /** Products of every query, or key, with every row of a position table: {@code [length, rows]}. */
    private static @Nullable FloatBuffer products(
            Lane lane,
            Lane.Scratch purpose,
            CpuAttention attention,
            NativeMemory.@Nullable Block table,
            long content,
            int column,
            int length,
            int stride,
            int rows) {
        if (table == null) {
            return null;
        }
        long products = lane.scratch(purpose, (long) length * rows);
        lane.run(
                new Operation.MatMul(
                        NumberType.FP32,
                        length,
                        rows,
                        attention.headSize(),
                        stride,
                        1,
                        attention.size(),
                        rows,
                        attention.scale()),
                content,
                table.address() + 4L * column,
                products);
        return Address.floats(products, Math.multiplyExact(length, rows));
    }
}
