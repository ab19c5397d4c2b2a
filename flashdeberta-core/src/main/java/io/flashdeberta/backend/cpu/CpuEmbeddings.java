package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.checkpoint.WeightTensor;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** The embedding tables, read row by row from the mapped checkpoint without a copy of their own. */
record CpuEmbeddings(
        WeightTensor words,
        @Nullable WeightTensor positions,
        @Nullable WeightTensor types,
        @Nullable CpuLinear projection,
        CpuLayerNorm norm)
        implements Embeddings {

    private static final int ROWS = 64;

    int size() {
        return (int) words.shape()[1];
    }

    /** Writes the sum of the tables' rows for each token into {@code y [totalTokens, embedding]}. */
    void lookUp(CpuThreads threads, Lane[] lanes, PackedBatch batch, CpuTensor y) {
        threads.forEach(lanes, (y.rows() + ROWS - 1) / ROWS, (lane, item) -> {
            float[] sum = new float[size()];
            float[] row = new float[size()];
            int sequence = 0;
            for (int i = item * ROWS; i < Math.min(y.rows(), (item + 1) * ROWS); i++) {
                while (batch.offsets()[sequence + 1] <= i) {
                    sequence++;
                }
                copyRow(words, batch.ids()[i], sum);
                if (positions != null) {
                    add(positions, i - batch.start(sequence), row, sum);
                }
                if (types != null) {
                    add(types, batch.typeIds()[i], row, sum);
                }
                y.row(i).put(sum);
            }
        });
    }

    private static void copyRow(WeightTensor table, int index, float[] target) {
        table.copyTo((long) index * target.length, FloatBuffer.wrap(target));
    }

    private static void add(WeightTensor table, int index, float[] row, float[] sum) {
        copyRow(table, index, row);
        for (int c = 0; c < sum.length; c++) {
            sum[c] += row[c];
        }
    }

    @Override
    public void close() {
        if (projection != null) {
            projection.close();
        }
        norm.close();
    }
}
