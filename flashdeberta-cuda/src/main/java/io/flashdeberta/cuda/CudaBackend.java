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
import io.flashdeberta.backend.OutOfDeviceMemoryException;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model's weights on a GPU, and the kernels that compute with them. */
final class CudaBackend implements Backend {

    /** The first kernel of flash attention to try, one of {@code hopper}, {@code mma} and {@code simt}; those after it are tried next. */
    static final String FLASH_KERNEL = "flashdeberta.cuda.flash-kernel";

    private final BackendOptions options;
    private final DeviceContext context;
    private final DeviceMemory memory;
    private final Kernels kernels;
    private final NumberType type;
    private final AttentionKind attentionKind;
    private final WeightLoader weights;
    private final Owned owned = new Owned();
    private @Nullable WorkShares shares;
    private boolean closed;

    CudaBackend(BackendOptions options, Gpu gpu) {
        this.options = options;
        type = NumberType.of(options.precision());
        attentionKind = options.attention();
        try {
            DeviceContext newContext = new DeviceContext(gpu);
            context = owned.add(newContext, newContext::close);
            context.use();
            DeviceMemory newMemory = new DeviceMemory(context, options.memoryLimit());
            memory = owned.add(newMemory, newMemory::close);
            Kernels newKernels = new Kernels(new KernelCache(KernelCache.folder(), new Nvrtc(gpu)));
            kernels = owned.add(newKernels, newKernels::close);
            for (String file : List.of("convert.cu", "copy_columns.cu", "gather_rows.cu")) {
                kernels.prepare(KernelProgram.of(file, type));
            }
            WeightLoader newWeights = new WeightLoader(memory, kernels, type);
            weights = owned.add(newWeights, newWeights::close);
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
        return load(() -> new CudaLayerNorm(size, floats(weight), floats(bias), epsilon, program));
    }

    private DeviceMemory.Block floats(WeightTensor tensor) {
        DeviceMemory.Block block = memory.allocate(tensor.elements() * Float.BYTES);
        weights.copyFloats(tensor, block.address());
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
    public Attention loadAttention(
            int heads,
            int headSize,
            @Nullable Tensor keyPositions,
            @Nullable Tensor queryPositions,
            @Nullable RelativeBuckets buckets,
            float scale) {
        AttentionKernel kernel =
                kernel(heads, headSize, keyPositions != null, queryPositions != null, buckets);
        kernels.prepare(kernel.program());
        if (kernel.shares() != null) {
            shares = kernel.shares();
        }
        return load(() -> new CudaAttention(
                heads,
                headSize,
                scale,
                positionTable(heads, headSize, keyPositions, kernel),
                positionTable(heads, headSize, queryPositions, kernel),
                buckets == null ? null : distances(buckets, kernel),
                kernel));
    }

    private AttentionKernel kernel(
            int heads,
            int headSize,
            boolean keyPositions,
            boolean queryPositions,
            @Nullable RelativeBuckets buckets) {
        if (attentionKind == AttentionKind.EAGER) {
            return new EagerAttention(type);
        }
        Gpu gpu = context.gpu();
        List<String> kernels = List.of("hopper", "mma", "simt");
        int first = kernels.indexOf(System.getProperty(FLASH_KERNEL, kernels.get(0)));
        if (first < 0) {
            throw new CudaException(FLASH_KERNEL + " is '" + System.getProperty(FLASH_KERNEL)
                    + "', not one of " + kernels + ".");
        }
        AttentionKernel kernel = null;
        if (first == 0) {
            kernel = HopperAttention.of(
                    gpu, type, heads, headSize, keyPositions, queryPositions, buckets);
            if (kernel != null && shares != null && !shares.equals(kernel.shares())) {
                kernel = null;
            }
        }
        if (kernel == null && first <= 1) {
            kernel = MmaAttention.of(gpu, type, headSize, keyPositions, queryPositions);
        }
        return kernel == null
                ? new SimtAttention(type, headSize, keyPositions, queryPositions)
                : kernel;
    }

    private DeviceMemory.@Nullable Block positionTable(
            int heads, int headSize, @Nullable Tensor table, AttentionKernel kernel) {
        if (table == null) {
            return null;
        }
        TableLayout layout = kernel.tables(table.rows(), headSize);
        DeviceMemory.Block block =
                memory.allocate((long) layout.rows() * heads * layout.width() * type.bytes());
        weights.positionTable((CudaTensor) table, heads, headSize, layout, block.address());
        return block;
    }

    private DistanceTable distances(RelativeBuckets buckets, AttentionKernel kernel) {
        int[] rows = kernel.distances(buckets);
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
                context.gpu());
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
