package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.Lstm;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A model's weights in native memory. */
final class CpuBackend implements Backend {

    private static final int BATCH_TOKENS = 1024;

    private final NativeMemory memory = new NativeMemory();
    private final Precision precision;
    private final NumberType linearType;
    private final NumberType attentionType;
    private final AttentionKind attentionKind;
    private final int threads;
    private final CpuSession loading;
    private boolean closed;

    CpuBackend(BackendOptions options) {
        precision = options.precision() == Precision.AUTO ? Precision.FP32 : options.precision();
        linearType = linearType(precision);
        attentionType = attentionType(precision);
        attentionKind = options.attention();
        threads = options.threads();
        try {
            loading = openSession();
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    NativeMemory memory() {
        return memory;
    }

    private static NumberType linearType(Precision precision) {
        return switch (precision) {
            case INT8 -> NumberType.INT8;
            case BF16 -> NumberType.BF16;
            case AUTO, FP16, FP32 -> NumberType.FP32;
        };
    }

    private static NumberType attentionType(Precision precision) {
        return switch (precision) {
            case INT8 -> NumberType.hasBf16() ? NumberType.BF16 : NumberType.FP32;
            case BF16 -> NumberType.BF16;
            case AUTO, FP16, FP32 -> NumberType.FP32;
        };
    }

    NumberType linearType() {
        return linearType;
    }

    /** CPU threads of each session. */
    int threads() {
        return threads;
    }

    @Override
    public String description() {
        return "the CPU (oneDNN, " + precision.name().toLowerCase(Locale.ROOT) + ", " + threads
                + (threads == 1 ? " thread, " : " threads, ")
                + attentionKind.name().toLowerCase(Locale.ROOT) + " attention)";
    }

    @Override
    public Linear loadLinear(List<WeightTensor> weights, List<WeightTensor> biases) {
        int inputs = Math.toIntExact(weights.get(0).shape()[1]);
        int outputs =
                Math.toIntExact(weights.stream().mapToLong(w -> w.shape()[0]).sum());
        float[] bias = new float[outputs];
        FloatBuffer target = FloatBuffer.wrap(bias);
        for (WeightTensor part : biases) {
            FloatBuffer slice = target.slice();
            slice.limit(Math.toIntExact(part.elements()));
            part.copyTo(slice);
            target.position(target.position() + Math.toIntExact(part.elements()));
        }
        CpuLinear.Rows rows = (from, to, buffer) -> readStacked(weights, from, to, inputs, buffer);
        return loading.call(
                () -> CpuLinear.load(inputs, outputs, rows, bias, this, loading.firstLane()));
    }

    private static void readStacked(
            List<WeightTensor> parts, int from, int to, int inputs, FloatBuffer target) {
        int first = 0;
        for (WeightTensor part : parts) {
            int rows = Math.toIntExact(part.shape()[0]);
            int begin = Math.max(from, first);
            int end = Math.min(to, first + rows);
            if (begin < end) {
                FloatBuffer slice = target.slice((begin - from) * inputs, (end - begin) * inputs);
                part.copyTo((long) (begin - first) * inputs, slice);
            }
            first += rows;
        }
    }

    @Override
    public LayerNorm loadLayerNorm(WeightTensor weight, WeightTensor bias, float epsilon) {
        return new CpuLayerNorm((int) weight.elements(), vector(weight), vector(bias), epsilon);
    }

    private NativeMemory.Block vector(WeightTensor tensor) {
        NativeMemory.Block block = memory.allocateFloats(tensor.elements());
        tensor.copyTo(Address.floats(block.address(), Math.toIntExact(tensor.elements())));
        return block;
    }

    @Override
    public Embeddings loadEmbeddings(
            WeightTensor words,
            @Nullable WeightTensor positions,
            @Nullable WeightTensor types,
            @Nullable Linear projection,
            LayerNorm norm) {
        return new CpuEmbeddings(
                words, positions, types, (CpuLinear) projection, (CpuLayerNorm) norm);
    }

    @Override
    public Convolution loadConvolution(
            WeightTensor weight, WeightTensor bias, int groups, Activation activation) {
        int kernelSize = Math.toIntExact(weight.shape()[2]);
        return loading.call(() -> CpuConvolution.load(
                weight.toFloats(),
                bias.toFloats(),
                kernelSize,
                groups,
                activation,
                this,
                loading.firstLane()));
    }

    @Override
    public Lstm loadLstm(Lstm.Direction forward, Lstm.Direction backward) {
        return CpuLstm.load(forward, backward, memory);
    }

    @Override
    public Attention loadAttention(
            int heads,
            int headSize,
            @Nullable Tensor keyPositions,
            @Nullable Tensor queryPositions,
            @Nullable RelativeBuckets buckets,
            float scale) {
        return new CpuAttention(
                heads,
                headSize,
                scale,
                table(keyPositions, buckets, headSize, true),
                table(queryPositions, buckets, headSize, false),
                buckets);
    }

    /** The table as it is for eager attention, by distance for flash. */
    private NativeMemory.@Nullable Block table(
            @Nullable Tensor tensor,
            @Nullable RelativeBuckets buckets,
            int headSize,
            boolean falling) {
        if (tensor == null || buckets == null) {
            return null;
        }
        CpuTensor table = (CpuTensor) tensor;
        if (attentionKind == AttentionKind.FLASH) {
            return rounded(
                    DistanceTable.load(table, buckets, headSize, falling, memory),
                    heads(table, headSize) * DistanceTable.rows(buckets),
                    headSize);
        }
        long floats = (long) table.rows() * table.columns();
        NativeMemory.Block block = memory.allocateFloats(floats);
        CpuSession.copy(table.address(), block.address(), floats);
        return block;
    }

    private static int heads(CpuTensor table, int headSize) {
        return table.columns() / headSize;
    }

    private NativeMemory.Block rounded(NativeMemory.Block values, int rows, int columns) {
        if (attentionType == NumberType.FP32) {
            return values;
        }
        try (values) {
            NativeMemory.Block rounded =
                    memory.allocate((long) attentionType.bytes() * rows * columns);
            loading.call(() -> {
                loading.firstLane()
                        .run(
                                new Operation.Round(attentionType, rows, columns),
                                values.address(),
                                rounded.address());
                return true;
            });
            return rounded;
        }
    }

    @Override
    public CpuSession openSession() {
        AttentionKernel kernel =
                attentionKind == AttentionKind.FLASH ? new FlashAttention() : new EagerAttention();
        CpuThreads own = new CpuThreads(threads);
        try {
            return new CpuSession(attentionType, own, kernel, memory);
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    @Override
    public int batchTokens() {
        return BATCH_TOKENS;
    }

    @Override
    public boolean gainsFromSessions() {
        return true;
    }

    @Override
    public long allocatedBytes() {
        return memory.allocated();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        loading.close();
        memory.close();
    }
}
