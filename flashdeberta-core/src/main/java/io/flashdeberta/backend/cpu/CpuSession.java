package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** The operations on the CPU: each divides its rows among the threads, every thread working in a lane of its own. */
final class CpuSession implements Session {

    private final CpuThreads threads;
    private final AttentionKernel attentionKernel;
    private final Lane[] lanes;
    private final Arena arena;

    CpuSession(CpuThreads threads, AttentionKernel attentionKernel, NativeMemory memory) {
        this.threads = threads;
        this.attentionKernel = attentionKernel;
        this.arena = new Arena(memory);
        this.lanes = new Lane[threads.count()];
        for (int t = 0; t < lanes.length; t++) {
            lanes[t] = new Lane(memory);
        }
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
        CpuTensor y = arena.allocate(x.rows(), linear.outputs());
        ((CpuLinear) linear).apply(threads, lanes, (CpuTensor) x, y, activation);
        return y;
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
        CpuTensor y = arena.allocate(x.rows(), x.columns());
        ((CpuLayerNorm) norm).apply(threads, lanes, (CpuTensor) x, residual, y);
        return y;
    }

    @Override
    public Tensor attention(Tensor qkv, Attention attention, PackedBatch batch) {
        CpuAttention layer = (CpuAttention) attention;
        CpuTensor context = arena.allocate(qkv.rows(), layer.size());
        attentionKernel.run(threads, lanes, layer, batch, (CpuTensor) qkv, context);
        return context;
    }

    @Override
    public Tensor convolve(Tensor x, Convolution convolution, PackedBatch batch) {
        CpuTensor y = arena.allocate(x.rows(), x.columns());
        ((CpuConvolution) convolution).apply(threads, lanes, arena, batch, (CpuTensor) x, y);
        return y;
    }

    @Override
    public Tensor gatherRows(Tensor x, int[] rows) {
        CpuTensor y = arena.allocate(rows.length, x.columns());
        for (int r = 0; r < rows.length; r++) {
            copy(((CpuTensor) x).address(rows[r], 0), y.address(r, 0), x.columns());
        }
        return y;
    }

    @Override
    public Tensor sliceColumns(Tensor x, int from, int to) {
        CpuTensor y = arena.allocate(x.rows(), to - from);
        CpuConvolution.copyColumns((CpuTensor) x, from, y, 0, to - from);
        return y;
    }

    @Override
    public Tensor meanRows(Tensor x, PackedBatch batch) {
        CpuTensor y = arena.allocate(batch.sequences(), x.columns());
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
        return y;
    }

    @Override
    public Tensor upload(WeightTensor matrix) {
        int rows = Math.toIntExact(matrix.shape()[0]);
        int columns = Math.toIntExact(matrix.shape()[1]);
        CpuTensor y = arena.allocate(rows, columns);
        matrix.copyTo(Address.floats(y.address(), Math.multiplyExact(rows, columns)));
        return y;
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

    static void copy(long from, long to, long floats) {
        Pointer.memcpy(new Address().at(to), new Address().at(from), 4 * floats);
    }

    @Override
    public void close() {
        for (Lane lane : lanes) {
            lane.close();
        }
        arena.close();
    }
}
