package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;

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
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations on a GPU, given to one stream in turn; only {@link #read} waits for them. */
final class CudaSession implements Session {

    private static final Logger log = LoggerFactory.getLogger(CudaSession.class);
    private static final int TRANSFER_BYTES = 4 << 20;
    private static final long SMALLEST_CHUNK = 16L << 20;
    private static final int ROW_THREADS = 128;
    private static final int ROWS_OF_BLOCK = 4;
    private static final int ELEMENT_THREADS = 256;
    private static final int MEAN_COLUMNS = 32;
    private static final int WIDE_BYTES = 16;

    /** For tests: fills new tensors with what is no number. */
    static boolean poison;

    private final CudaBackend backend;
    private final DeviceContext context;
    private final Kernels kernels;
    private final WeightLoader weights;
    private final NumberType type;
    private final boolean recordable;
    private final Owned owned = new Owned();
    private final Stream stream;
    private final Launch launch;
    private final Transfers transfers;
    private final MatrixProducts products;
    private final Arena tensors;
    private final Arena recordedTensors;
    private final RecordedPasses recordings;
    private final DeviceMemory.Block smallBatch;
    private final DeviceMemory.Block shares;
    private final TensorMap tensorMap;
    private Arena.@Nullable Span largeBatch;
    private @Nullable BatchData current;
    private boolean recording;

    CudaSession(CudaBackend backend) {
        this.backend = backend;
        context = backend.context();
        kernels = backend.kernels();
        weights = backend.weightLoader();
        type = backend.type();
        recordable = backend.recordsPasses();
        DeviceMemory memory = backend.memory();
        context.use();
        try {
            Stream newStream = new Stream();
            stream = owned.add(newStream, newStream::close);
            Launch newLaunch = new Launch(stream);
            launch = owned.add(newLaunch, newLaunch::close);
            Transfers newTransfers = new Transfers(stream, TRANSFER_BYTES);
            transfers = owned.add(newTransfers, newTransfers::close);
            MatrixProducts newProducts = new MatrixProducts(memory, stream);
            products = owned.add(newProducts, newProducts::close);
            Arena newTensors = new Arena(memory::allocate, false, SMALLEST_CHUNK);
            tensors = owned.add(newTensors, newTensors::close);
            Arena newRecorded = new Arena(memory::allocate, true, SMALLEST_CHUNK);
            recordedTensors = owned.add(newRecorded, newRecorded::close);
            RecordedPasses newRecordings = new RecordedPasses();
            recordings = owned.add(newRecordings, newRecordings::close);
            DeviceMemory.Block newBatch = memory.allocate(smallBatchBytes());
            smallBatch = owned.add(newBatch, newBatch::close);
            DeviceMemory.Block newShares =
                    memory.allocate((context.gpu().multiprocessors() + 1L) * Integer.BYTES);
            shares = owned.add(newShares, newShares::close);
            TensorMap newMap = new TensorMap();
            tensorMap = owned.add(newMap, newMap::close);
        } catch (RuntimeException | Error e) {
            owned.close();
            throw e;
        }
    }

    private static long smallBatchBytes() {
        int most = RecordedPasses.MOST_TOKENS;
        BatchLayout layout =
                new BatchLayout(Rounding.rows(most), Rounding.items(most), Rounding.items(most));
        return (long) Integer.BYTES * layout.size(most);
    }

    /** Where new tensors lie. */
    Arena arena() {
        return recording ? recordedTensors : tensors;
    }

    Stream stream() {
        return stream;
    }

    TensorMap tensorMap() {
        return tensorMap;
    }

    /** Starts to describe a launch of a kernel. */
    Launch launch(KernelProgram program, String function, int threads) {
        CUfunc_st kernel = kernels.get(program, function);
        return launch.of(kernel, threads);
    }

    /** The batch's numbers on the GPU, copied there unless it is the last one. */
    private BatchData data(PackedBatch batch) {
        if (current != null && current.batch().equals(batch)) {
            return current;
        }
        requireNotRecording();
        current = null;
        if (largeBatch != null) {
            largeBatch.close();
            largeBatch = null;
        }
        BatchLayout layout = BatchLayout.of(batch);
        int[] numbers = layout.fill(batch);
        long address = smallBatch.address();
        if (batch.totalTokens() > RecordedPasses.MOST_TOKENS) {
            largeBatch = tensors.allocate((long) Integer.BYTES * numbers.length);
            address = largeBatch.address();
        }
        transfers.upload(numbers, address);
        WorkShares work = backend.shares();
        if (work != null) {
            int[] items = BatchLayout.largeItems(batch);
            transfers.upload(work.of(items, work.blocks(layout)), shares.address());
        }
        current = new BatchData(batch, layout, address, shares.address());
        return current;
    }

    private void requireNotRecording() {
        if (recording) {
            throw new IllegalStateException("A repeatable pass used something beside its batch.");
        }
    }

    @Override
    public <T> T call(Supplier<T> pass) {
        context.use();
        return pass.get();
    }

    @Override
    public Tensor repeatable(Object owner, PackedBatch batch, Supplier<Tensor> pass) {
        context.use();
        if (!recordable || batch.totalTokens() > RecordedPasses.MOST_TOKENS || recording) {
            return pass.get();
        }
        RecordedPasses.Key key = new RecordedPasses.Key(owner, data(batch).layout());
        return switch (recordings.advice(key)) {
            case RUN -> pass.get();
            case RECORD -> record(key, pass) ? replay(key, batch) : pass.get();
            case REPLAY -> replay(key, batch);
        };
    }

    private boolean record(RecordedPasses.Key key, Supplier<Tensor> pass) {
        recording = true;
        try {
            recordings.keep(key, RecordedPass.record(stream, () -> (CudaTensor) pass.get()));
            return true;
        } catch (RuntimeException e) {
            log.warn("A pass cannot be recorded; it runs without.", e);
            recordings.refuse(key);
            return false;
        } finally {
            recording = false;
        }
    }

    private Tensor replay(RecordedPasses.Key key, PackedBatch batch) {
        RecordedPass pass = recordings.get(key);
        return compute(batch.totalTokens(), pass.columns(), y -> {
            pass.run(stream);
            long bytes = (long) y.rows() * y.columns() * type.bytes();
            Driver.check(
                    cuMemcpyDtoDAsync(y.address(), pass.result(), bytes, stream.handle()),
                    "copy a result");
        });
    }

    @Override
    public Tensor embed(Embeddings embeddings, PackedBatch batch) {
        CudaEmbeddings tables = (CudaEmbeddings) embeddings;
        for (int id : batch.ids()) {
            Objects.checkIndex(id, tables.vocabulary());
        }
        context.use();
        BatchData data = data(batch);
        int rows = recording ? data.layout().rows() : batch.totalTokens();
        CudaLinear projection = tables.projection();
        if (projection == null) {
            return compute(rows, tables.size(), y -> {
                lookUp("embedding_layer_norm", tables, data, rows)
                        .with(tables.norm().scale().address())
                        .with(tables.norm().shift().address())
                        .with(tables.norm().epsilon())
                        .with(y.address())
                        .run();
            });
        }
        try (Tensor sum = compute(rows, tables.size(), y -> {
                    lookUp("embedding_sum", tables, data, rows)
                            .with(y.address())
                            .run();
                });
                Tensor projected = linear(sum, projection, Activation.NONE)) {
            return layerNorm(projected, tables.norm());
        }
    }

    private Launch lookUp(String function, CudaEmbeddings tables, BatchData data, int rows) {
        return launch(tables.program(), function, ROW_THREADS)
                .grid(Rounding.blocks(rows, ROWS_OF_BLOCK), 1, 1)
                .with(data.ids())
                .with(data.typeIds())
                .with(data.places())
                .with(tables.words().address())
                .with(CudaEmbeddings.address(tables.positions()))
                .with(CudaEmbeddings.address(tables.types()))
                .with(rows);
    }

    @Override
    public Tensor linear(Tensor x, Linear linear, Activation activation) {
        if (x.columns() != linear.inputs()) {
            throw new IllegalArgumentException("A row has " + x.columns()
                    + " values; the linear layer takes " + linear.inputs() + ".");
        }
        context.use();
        return compute(x.rows(), linear.outputs(), y -> {
            apply((CudaLinear) linear, activation, (CudaTensor) x, y);
        });
    }

    private void apply(CudaLinear linear, Activation activation, CudaTensor x, CudaTensor y) {
        if (x.rows() == 0) {
            return;
        }
        MatrixProducts.Remainder remainder =
                products.run(Rounding.rows(x.rows()), linear, activation, x.address(), y.address());
        if (remainder.isNothing()) {
            return;
        }
        boolean wide = y.columns() * type.bytes() % WIDE_BYTES == 0;
        long count = (long) y.rows() * y.columns();
        long threads = wide ? count * type.bytes() / WIDE_BYTES : count;
        launch(
                        KernelProgram.of("activation.cu", type),
                        wide ? "activation_wide" : "activation",
                        ELEMENT_THREADS)
                .grid(Rounding.blocks(threads, ELEMENT_THREADS), 1, 1)
                .with(y.address())
                .with(remainder.bias() ? linear.biasAddress() : 0L)
                .with(code(remainder.activation()))
                .with(count)
                .with(y.columns())
                .run();
    }

    /** The activation's number in activation.cu. */
    private static int code(Activation activation) {
        return switch (activation) {
            case NONE -> 0;
            case GELU -> 1;
            case GELU_TANH -> 2;
            case RELU -> 3;
            case TANH -> 4;
            case SIGMOID -> 5;
            case SILU -> 6;
        };
    }

    @Override
    public Tensor layerNorm(Tensor x, LayerNorm norm) {
        return normalize(x, null, norm);
    }

    @Override
    public Tensor addLayerNorm(Tensor x, Tensor residual, LayerNorm norm) {
        return normalize(x, (CudaTensor) residual, norm);
    }

    private Tensor normalize(Tensor x, @Nullable CudaTensor residual, LayerNorm norm) {
        CudaLayerNorm layer = (CudaLayerNorm) norm;
        context.use();
        return compute(x.rows(), x.columns(), y -> {
            launch(layer.program(), "layer_norm", ROW_THREADS)
                    .grid(Rounding.blocks(x.rows(), ROWS_OF_BLOCK), 1, 1)
                    .with(((CudaTensor) x).address())
                    .with(residual == null ? 0L : residual.address())
                    .with(layer.scale().address())
                    .with(layer.shift().address())
                    .with(layer.epsilon())
                    .with(x.rows())
                    .with(y.address())
                    .run();
        });
    }

    @Override
    public Tensor attention(Tensor qkv, Attention attention, PackedBatch batch) {
        CudaAttention layer = (CudaAttention) attention;
        context.use();
        if (!layer.kernel().recordable()) {
            requireNotRecording();
        }
        BatchData data = data(batch);
        return compute(qkv.rows(), layer.size(), y -> {
            layer.kernel().run(this, layer, data, (CudaTensor) qkv, y.address());
        });
    }

    @Override
    public Tensor convolve(Tensor x, Convolution convolution, PackedBatch batch) {
        CudaConvolution layer = (CudaConvolution) convolution;
        context.use();
        BatchData data = data(batch);
        return compute(x.rows(), x.columns(), y -> {
            int width = layer.width();
            try (CudaTensor neighbours = newTensor(x.rows(), layer.kernelSize() * width);
                    CudaTensor result = newTensor(x.rows(), width)) {
                for (int g = 0; g < layer.groups().size(); g++) {
                    launch(KernelProgram.of("neighbours.cu", type), "neighbours", ROW_THREADS)
                            .grid(x.rows(), 1, 1)
                            .with(((CudaTensor) x).address())
                            .with(data.places())
                            .with(x.columns())
                            .with(g * width)
                            .with(width)
                            .with(layer.kernelSize())
                            .with(neighbours.address())
                            .run();
                    apply(layer.groups().get(g), layer.activation(), neighbours, result);
                    copyColumns(result, 0, y, g * width, width);
                }
            }
        });
    }

    private void copyColumns(
            CudaTensor from, int fromColumn, CudaTensor to, int toColumn, int count) {
        launch(KernelProgram.of("copy_columns.cu", type), "copy_columns", ROW_THREADS)
                .grid(from.rows(), 1, 1)
                .with(from.address())
                .with(from.columns())
                .with(fromColumn)
                .with(to.address())
                .with(to.columns())
                .with(toColumn)
                .with(count)
                .run();
    }

    @Override
    public Tensor gatherRows(Tensor x, int[] rows) {
        for (int row : rows) {
            Objects.checkIndex(row, x.rows());
        }
        context.use();
        requireNotRecording();
        return compute(rows.length, x.columns(), y -> {
            try (Arena.Span index = tensors.allocate((long) Integer.BYTES * rows.length)) {
                transfers.upload(rows, index.address());
                launch(KernelProgram.of("gather_rows.cu", type), "gather_rows", ROW_THREADS)
                        .grid(rows.length, 1, 1)
                        .with(((CudaTensor) x).address())
                        .with(index.address())
                        .with(x.columns())
                        .with(y.address())
                        .run();
            }
        });
    }

    @Override
    public Tensor sliceColumns(Tensor x, int from, int to) {
        Objects.checkFromToIndex(from, to, x.columns());
        context.use();
        return compute(
                x.rows(), to - from, y -> copyColumns((CudaTensor) x, from, y, 0, to - from));
    }

    @Override
    public Tensor meanRows(Tensor x, PackedBatch batch) {
        context.use();
        BatchData data = data(batch);
        return compute(batch.sequences(), x.columns(), y -> {
            launch(KernelProgram.of("mean_rows.cu", type), "mean_rows", ELEMENT_THREADS)
                    .grid(batch.sequences(), Rounding.blocks(x.columns(), MEAN_COLUMNS), 1)
                    .with(((CudaTensor) x).address())
                    .with(data.offsets())
                    .with(x.columns())
                    .with(y.address())
                    .run();
        });
    }

    @Override
    public Tensor upload(WeightTensor matrix) {
        int rows = Math.toIntExact(matrix.shape()[0]);
        int columns = Math.toIntExact(matrix.shape()[1]);
        context.use();
        requireNotRecording();
        return compute(rows, columns, y -> {
            stream.synchronize();
            weights.copy(matrix, y.address());
        });
    }

    @Override
    public float[] read(Tensor x) {
        context.use();
        requireNotRecording();
        int count = Math.multiplyExact(x.rows(), x.columns());
        long address = ((CudaTensor) x).address();
        if (type == NumberType.FLOAT) {
            return transfers.download(address, count);
        }
        try (Arena.Span floats = tensors.allocate((long) Float.BYTES * count)) {
            launch(KernelProgram.of("convert.cu", type), "to_float", ELEMENT_THREADS)
                    .grid(Rounding.blocks(count, ELEMENT_THREADS), 1, 1)
                    .with(address)
                    .with((long) count)
                    .with(floats.address())
                    .run();
            return transfers.download(floats.address(), count);
        }
    }

    /** A new tensor, filled by {@code operation}; given back if that fails. */
    private CudaTensor compute(int rows, int columns, Consumer<CudaTensor> operation) {
        CudaTensor y = newTensor(rows, columns);
        try {
            operation.accept(y);
            return y;
        } catch (RuntimeException | Error e) {
            y.close();
            throw e;
        }
    }

    private CudaTensor newTensor(int rows, int columns) {
        Arena.Span span = arena().allocate(CudaTensor.bytes(rows, columns, type));
        if (poison) {
            Driver.check(
                    cuMemsetD8Async(span.address(), (byte) 0xff, span.size(), stream.handle()),
                    "fill memory");
        }
        return new CudaTensor(rows, columns, span, stream);
    }

    /** Waits for what was started. */
    void synchronize() {
        context.use();
        stream.synchronize();
    }

    /** Passes that are recorded. */
    int recordedPasses() {
        return recordings.size();
    }

    @Override
    public void close() {
        context.use();
        owned.close();
    }
}
