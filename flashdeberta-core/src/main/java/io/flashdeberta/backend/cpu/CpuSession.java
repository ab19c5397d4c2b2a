package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.Lstm;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.nio.FloatBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The operations on the CPU: each divides its rows among the session's own threads, every thread working in a lane of its own.
 * Sessions share no thread, so that the fan-out of one never runs work of another.
 */
final class CpuSession implements Session {

    private static final int ROUNDED_ROWS = 32;

    private final NumberType attentionType;
    private final CpuThreads threads;
    private final AttentionKernel attentionKernel;
    private final Lane[] lanes;
    private final Arena arena;

    CpuSession(
            NumberType attentionType,
            CpuThreads threads,
            AttentionKernel attentionKernel,
            NativeMemory memory) {
        this.attentionType = attentionType;
        this.threads = threads;
        this.attentionKernel = attentionKernel;
        this.arena = new Arena(memory);
        this.lanes = new Lane[threads.count()];
        for (int t = 0; t < lanes.length; t++) {
            lanes[t] = new Lane(memory);
        }
    }

    @Override
    public <T> T call(Supplier<T> pass) {
        return threads.call(pass);
    }

    Lane firstLane() {
        return lanes[0];
    }

    @Override
    public Tensor embed(Embeddings embeddings, PackedBatch batch) {
        CpuEmbeddings tables = (CpuEmbeddings) embeddings;
        try (CpuTensor sum = arena.allocate(batch.totalTokens(), tables.size())) {
            tables.lookUp(threads, lanes, batch, sum);
            if (tables.projection() == null) {
                return layerNorm(sum, tables.norm());
            }
            try (Tensor projected = linear(sum, tables.projection(), Activation.NONE)) {
                return layerNorm(projected, tables.norm());
            }
        }
    }

    @Override
    public Tensor linear(Tensor x, Linear linear, Activation activation) {
        if (x.columns() != linear.inputs()) {
            throw new IllegalArgumentException("A row has " + x.columns()
                    + " values; the linear layer takes " + linear.inputs() + ".");
        }
        return compute(x.rows(), linear.outputs(), y -> {
            ((CpuLinear) linear).apply(threads, lanes, arena, (CpuTensor) x, y, activation);
        });
    }

    @Override
    public Tensor layerNorm(Tensor x, LayerNorm norm) {
        return normalize(x, null, norm);
    }

    @Override
    public Tensor addLayerNorm(Tensor x, Tensor residual, LayerNorm norm) {
        return normalize(x, (CpuTensor) residual, norm);
    }

    private Tensor normalize(Tensor x, @Nullable CpuTensor residual, LayerNorm norm) {
        return compute(x.rows(), x.columns(), y -> {
            ((CpuLayerNorm) norm).apply(threads, lanes, (CpuTensor) x, residual, y);
        });
    }

    @Override
    public Tensor attention(Tensor qkv, Attention attention, PackedBatch batch) {
        CpuAttention layer = (CpuAttention) attention;
        return compute(qkv.rows(), layer.size(), y -> {
            if (attentionType == NumberType.FP32 || !attentionKernel.readsRounded()) {
                attentionKernel.run(threads, lanes, layer, batch, (CpuTensor) qkv, y);
            } else {
                try (CpuTensor rounded = round((CpuTensor) qkv)) {
                    attentionKernel.run(threads, lanes, layer, batch, rounded, y);
                }
            }
        });
    }

    private CpuTensor round(CpuTensor x) {
        CpuTensor y = arena.allocate(attentionType, x.rows(), x.columns());
        threads.forEach(lanes, (x.rows() + ROUNDED_ROWS - 1) / ROUNDED_ROWS, (lane, item) -> {
            int row = item * ROUNDED_ROWS;
            lane.run(
                    new Operation.Round(attentionType, ROUNDED_ROWS, x.columns()),
                    x.address(row, 0),
                    y.address(row, 0));
        });
        return y;
    }

    @Override
    public Tensor convolve(Tensor x, Convolution convolution, PackedBatch batch) {
        return compute(x.rows(), x.columns(), y -> {
            ((CpuConvolution) convolution).apply(threads, lanes, arena, batch, (CpuTensor) x, y);
        });
    }

    @Override
    public Tensor lstm(Tensor x, Lstm lstm, int[] offsets) {
        lstm.check(x, offsets);
        return compute(x.rows(), 2 * lstm.hidden(), y -> {
            ((CpuLstm) lstm).apply(threads, lanes, (CpuTensor) x, offsets, y);
        });
    }

    @Override
    public Tensor gatherRows(Tensor x, int[] rows) {
        return compute(rows.length, x.columns(), y -> {
            for (int r = 0; r < rows.length; r++) {
                copy(((CpuTensor) x).address(rows[r], 0), y.address(r, 0), x.columns());
            }
        });
    }

    @Override
    public Tensor sliceColumns(Tensor x, int from, int to) {
        return compute(x.rows(), to - from, y -> {
            CpuConvolution.copyColumns((CpuTensor) x, from, y, 0, to - from);
        });
    }

    @Override
    public Tensor meanRows(Tensor x, PackedBatch batch) {
        return compute(batch.sequences(), x.columns(), y -> {
            threads.forEach(lanes, batch.sequences(), (lane, s) -> {
                double[] sum = new double[x.columns()];
                float[] row = new float[x.columns()];
                for (int i = batch.start(s); i < batch.start(s) + batch.length(s); i++) {
                    ((CpuTensor) x).row(i).get(row);
                    for (int c = 0; c < row.length; c++) {
                        sum[c] += row[c];
                    }
                }
                for (int c = 0; c < row.length; c++) {
                    row[c] = (float) (sum[c] / batch.length(s));
                }
                y.row(s).put(row);
            });
        });
    }

    @Override
    public Tensor upload(WeightTensor matrix) {
        int rows = Math.toIntExact(matrix.shape()[0]);
        int columns = Math.toIntExact(matrix.shape()[1]);
        return compute(rows, columns, y -> {
            matrix.copyTo(Address.floats(y.address(), Math.multiplyExact(rows, columns)));
        });
    }

    @Override
    public float[] read(Tensor x) {
        float[] values = new float[Math.multiplyExact(x.rows(), x.columns())];
        for (int row = 0; row < x.rows(); row++) {
            FloatBuffer source = ((CpuTensor) x).row(row);
            source.get(values, row * x.columns(), x.columns());
        }
        return values;
    }

    /** A new tensor, filled by {@code operation}; given back if that fails. */
    private CpuTensor compute(int rows, int columns, Consumer<CpuTensor> operation) {
        CpuTensor y = arena.allocate(rows, columns);
        try {
            operation.accept(y);
            return y;
        } catch (RuntimeException | Error e) {
            y.close();
            throw e;
        }
    }

    static void copy(long from, long to, long floats) {
        Pointer.memcpy(new Address().at(to), new Address().at(from), 4 * floats);
    }

    @Override
    public void close() {
        threads.close();
        for (Lane lane : lanes) {
            lane.close();
        }
        arena.close();
    }
}
