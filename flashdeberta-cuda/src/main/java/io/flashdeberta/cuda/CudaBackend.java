package io.flashdeberta.cuda;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.Lstm;
import io.flashdeberta.backend.OutOfDeviceMemoryException;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model's weights on a GPU, and the kernels that compute with them. */
final class CudaBackend implements Backend {

    private final BackendOptions options;
    private final DeviceContext context;
    private final DeviceMemory memory;
    private final Kernels kernels;
    private final NumberType type;
    private final AttentionKind attentionKind;
    private final AttentionKernels.Choice choice;
    private final Arena.Opening arenas;
    private final WeightLoader weights;
    private final Owned owned = new Owned();
    private @Nullable WorkShares shares;
    private boolean closed;

    CudaBackend(BackendOptions options, Gpu gpu) {
        this(options, gpu, AttentionKernels.configured(), Arena::open);
    }

    /** @param arenas opens the memory of sessions */
    CudaBackend(
            BackendOptions options, Gpu gpu, AttentionKernels.Choice choice, Arena.Opening arenas) {
        this.options = options;
        this.choice = choice;
        this.arenas = arenas;
        type = NumberType.of(options.precision());
        attentionKind = options.attention();
        try {
            context = owned.add(new DeviceContext(gpu), DeviceContext::close);
            context.use();
            memory = owned.add(
                    new DeviceMemory(context, options.memoryLimit()), DeviceMemory::close);
            kernels = owned.add(
                    new Kernels(new KernelCache(KernelCache.folder(), new Nvrtc(gpu))),
                    Kernels::close);
            for (String file : List.of("convert.cu", "copy_columns.cu", "gather_rows.cu")) {
                kernels.prepare(KernelProgram.of(file, type));
            }
            weights = owned.add(new WeightLoader(memory, kernels, type), WeightLoader::close);
        } catch (RuntimeException | Error e) {
            owned.close();
            throw e;
        }
    }

    DeviceContext context() {
        return context;
    }

    DeviceMemory memory() {
        return memory;
    }

    Kernels kernels() {
        return kernels;
    }

    Arena.Opening arenas() {
        return arenas;
    }

    WeightLoader weightLoader() {
        return weights;
    }

    NumberType type() {
        return type;
    }

    boolean recordsPasses() {
        return attentionKind == AttentionKind.FLASH;
    }

    @Override
    public String description() {
        return context.gpu().name() + " (cuda:" + context.gpu().index() + ", " + type.label() + ", "
                + attentionKind.name().toLowerCase(Locale.ROOT) + " attention)";
    }

    /** Runs part of loading a model. */
    private <T> T load(Supplier<T> loading) {
        context.use();
        try {
            return loading.get();
        } catch (OutOfDeviceMemoryException e) {
            throw new DeviceUnavailableException(
                    "The model does not fit into the memory of " + description() + ": "
                            + e.getMessage() + " dtype fp16 halves what fp32 needs.",
                    e);
        }
    }

    @Override
    public Linear loadLinear(List<WeightTensor> parts, List<WeightTensor> biases) {
        int inputs = Math.toIntExact(parts.get(0).shape()[1]);
        int outputs = Math.toIntExact(
                parts.stream().mapToLong(part -> part.shape()[0]).sum());
        return load(() -> new CudaLinear(
                inputs, outputs, type, stacked(parts), biases.isEmpty() ? null : stacked(biases)));
    }

    /** The parts' elements one after the other. */
    private DeviceMemory.Block stacked(List<WeightTensor> parts) {
        long elements = parts.stream().mapToLong(WeightTensor::elements).sum();
        DeviceMemory.Block block = memory.allocate(elements * type.bytes());
        long address = block.address();
        for (WeightTensor part : parts) {
            weights.copy(part, address);
            address += part.elements() * type.bytes();
        }
        return block;
    }

    @Override
    public LayerNorm loadLayerNorm(WeightTensor weight, WeightTensor bias, float epsilon) {
        int size = Math.toIntExact(weight.elements());
        KernelProgram program = KernelProgram.of("layer_norm.cu", type, "COLUMNS=" + size);
        kernels.prepare(program);
        return load(() -> new CudaLayerNorm(
                size, floats(List.of(weight)), floats(List.of(bias)), epsilon, program));
    }

    /** The parts' elements one after the other, in fp32. */
    private DeviceMemory.Block floats(List<WeightTensor> parts) {
        long elements = parts.stream().mapToLong(WeightTensor::elements).sum();
        DeviceMemory.Block block = memory.allocate(elements * Float.BYTES);
        long address = block.address();
        for (WeightTensor part : parts) {
            weights.copyFloats(part, address);
            address += part.elements() * Float.BYTES;
        }
        return block;
    }

    @Override
    public Embeddings loadEmbeddings(
            WeightTensor words,
            @Nullable WeightTensor positions,
            @Nullable WeightTensor types,
            @Nullable Linear projection,
            LayerNorm norm) {
        int size = Math.toIntExact(words.shape()[1]);
        KernelProgram program = KernelProgram.of("embedding.cu", type, "COLUMNS=" + size);
        kernels.prepare(program);
        return load(() -> new CudaEmbeddings(
                Math.toIntExact(words.shape()[0]),
                size,
                stacked(List.of(words)),
                positions == null ? null : stacked(List.of(positions)),
                types == null ? null : stacked(List.of(types)),
                (CudaLinear) projection,
                (CudaLayerNorm) norm,
                program));
    }

    @Override
    public Convolution loadConvolution(
            WeightTensor weight, WeightTensor bias, int groups, Activation activation) {
        int kernelSize = Math.toIntExact(weight.shape()[2]);
        int hidden = Math.toIntExact(bias.elements());
        int width = hidden / groups;
        float[] weightValues = weight.toFloats();
        float[] biasValues = bias.toFloats();
        kernels.prepare(KernelProgram.of("neighbours.cu", type));
        return load(() -> {
            List<CudaLinear> parts = new ArrayList<>();
            for (int g = 0; g < groups; g++) {
                int first = g * width;
                float[] groupBias = Arrays.copyOfRange(biasValues, first, first + width);
                parts.add(new CudaLinear(
                        kernelSize * width,
                        width,
                        type,
                        block(
                                CudaConvolution.reordered(weightValues, kernelSize, width, g),
                                (long) width * kernelSize * width),
                        block(CudaConvolution.elements(groupBias), width)));
            }
            return new CudaConvolution(kernelSize, hidden, activation, List.copyOf(parts));
        });
    }

    private DeviceMemory.Block block(WeightLoader.Elements elements, long count) {
        DeviceMemory.Block block = memory.allocate(count * type.bytes());
        weights.copy(elements, count, block.address());
        return block;
    }

    @Override
    public Lstm loadLstm(Lstm.Direction forward, Lstm.Direction backward) {
        kernels.prepare(KernelProgram.of("lstm.cu", type));
        CudaLinear gates = (CudaLinear) loadLinear(
                List.of(forward.inputs(), backward.inputs()),
                List.of(forward.inputBias(), backward.inputBias()));
        return load(() -> new CudaLstm(
                gates,
                stacked(List.of(forward.states(), backward.states())),
                floats(List.of(forward.stateBias(), backward.stateBias())),
                forward.hidden()));
    }

    @Override
    public Attention loadAttention(
            int heads,
            int headSize,
            @Nullable Tensor keyPositions,
            @Nullable Tensor queryPositions,
            @Nullable RelativeBuckets buckets,
            float scale) {
        AttentionKernel kernel = kernel(new AttentionShape(
                heads, headSize, keyPositions != null, queryPositions != null, buckets));
        kernel.programs().forEach(kernels::prepare);
        if (kernel.shares() != null) {
            shares = kernel.shares();
        }
        return load(() -> new CudaAttention(
                heads,
                headSize,
                scale,
                positionTable(heads, headSize, keyPositions, buckets, kernel::keyTable),
                positionTable(heads, headSize, queryPositions, buckets, kernel::queryTable),
                buckets == null ? null : distances(buckets, kernel),
                kernel));
    }

    private AttentionKernel kernel(AttentionShape shape) {
        return attentionKind == AttentionKind.EAGER
                ? new EagerAttention(type)
                : choice.choose(context.gpu(), type, shape, shares);
    }

    private DeviceMemory.@Nullable Block positionTable(
            int heads,
            int headSize,
            @Nullable Tensor table,
            @Nullable RelativeBuckets buckets,
            BiFunction<RelativeBuckets, Integer, TableLayout> wanted) {
        if (table == null || buckets == null) {
            return null;
        }
        TableLayout layout = wanted.apply(buckets, headSize);
        DeviceMemory.Block block =
                memory.allocate((long) layout.rows() * heads * layout.width() * type.bytes());
        weights.positionTable((CudaTensor) table, heads, headSize, layout, block.address());
        return block;
    }

    private @Nullable DistanceTable distances(RelativeBuckets buckets, AttentionKernel kernel) {
        int[] rows = kernel.distances(buckets);
        if (rows.length == 0) {
            return null;
        }
        DeviceMemory.Block block = memory.allocate((long) rows.length * Integer.BYTES);
        weights.copy(rows, block.address());
        return new DistanceTable(
                buckets.first(), buckets.last(), buckets.rows(), rows.length, block);
    }

    /** How attention divides its work, where it does: one way for all layers, since it lies in one place. */
    @Nullable
    WorkShares shares() {
        return shares;
    }

    @Override
    public CudaSession openSession() {
        return load(() -> new CudaSession(this));
    }

    @Override
    public @Nullable Supplier<Backend> wider() {
        return type == NumberType.HALF ? this::openWider : null;
    }

    /** With what is left of this one's memory. */
    private Backend openWider() {
        long limit = options.memoryLimit();
        return new CudaBackend(
                options.withPrecision(widerPrecision(context.gpu()))
                        .withMemoryLimit(limit == 0 ? 0 : Math.max(1, limit - memory.allocated())),
                context.gpu(),
                choice,
                arenas);
    }

    static Precision widerPrecision(Gpu gpu) {
        return gpu.atLeast(8, 0) ? Precision.BF16 : Precision.FP32;
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
        context.use();
        owned.close();
    }
}
