package io.flashdeberta.cuda;

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

import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The operations on a GPU, given to one stream in turn; only {@link #read} waits for them. */
final class CudaSession implements Session {

    private static final int TRANSFER_BYTES = 4 << 20;

    private final DeviceContext context;
    private final WeightLoader weights;
    private final boolean recordable;
    private final Owned owned = new Owned();
    private final Stream stream;
    private final Launch launch;
    private final Transfers transfers;
    private final Tensors tensors;
    private final CurrentBatch batches;
    private final Recorder recorder;
    private final RowKernels rowKernels;
    private final LinearLayers linears;
    private final TensorMap tensorMap;

    CudaSession(CudaBackend backend) {
        context = backend.context();
        weights = backend.weightLoader();
        recordable = backend.recordsPasses();
        DeviceMemory memory = backend.memory();
        NumberType type = backend.type();
        context.use();
        try {
            stream = owned.add(new Stream(), Stream::close);
            launch = owned.add(new Launch(stream, backend.kernels()), Launch::close);
            transfers = owned.add(new Transfers(stream, TRANSFER_BYTES), Transfers::close);
            MatrixProducts products =
                    owned.add(new MatrixProducts(memory, stream), MatrixProducts::close);
            tensors =
                    owned.add(new Tensors(memory, backend.arenas(), stream, type), Tensors::close);
            batches = owned.add(
                    new CurrentBatch(memory, transfers, tensors, backend::shares),
                    CurrentBatch::close);
            recorder = owned.add(new Recorder(stream, tensors), Recorder::close);
            tensorMap = owned.add(new TensorMap(), TensorMap::close);
            rowKernels = new RowKernels(launch, type, context.gpu());
            linears = new LinearLayers(products, rowKernels, tensors);
        } catch (RuntimeException | Error e) {
            owned.close();
            throw e;
        }
    }

    Arena arena() {
        return tensors.arena();
    }

    Stream stream() {
        return stream;
    }

    TensorMap tensorMap() {
        return tensorMap;
    }

    Launch launch() {
        return launch;
    }

    @Override
    public <T> T call(Supplier<T> pass) {
        context.use();
        return pass.get();
    }

    @Override
    public Tensor repeatable(Object owner, PackedBatch batch, Supplier<Tensor> pass) {
        context.use();
        if (!recordable
                || batch.totalTokens() > RecordedPasses.MOST_TOKENS
                || tensors.recording()) {
            return pass.get();
        }
        RecordedPasses.Key key = new RecordedPasses.Key(owner, batches.of(batch).layout());
        return recorder.run(key, batch.totalTokens(), pass);
    }

    @Override
    public Tensor embed(Embeddings embeddings, PackedBatch batch) {
        CudaEmbeddings tables = (CudaEmbeddings) embeddings;
        for (int id : batch.ids()) {
            Objects.checkIndex(id, tables.vocabulary());
        }
        context.use();
        BatchData data = batches.of(batch);
        int rows = tensors.recording() ? data.layout().rows() : batch.totalTokens();
        CudaLinear projection = tables.projection();
        if (projection == null) {
            return tensors.compute(
                    rows, tables.size(), y -> rowKernels.embedAndNormalize(tables, data, y));
        }
        try (Tensor sum = tensors.compute(
                        rows, tables.size(), y -> rowKernels.embed(tables, data, y));
                Tensor projected = linear(sum, projection, Activation.NONE)) {
            return layerNorm(projected, tables.norm());
        }
    }

    @Override
    public Tensor linear(Tensor x, Linear linear, Activation activation) {
        if (x.columns() != linear.inputs()) {
            throw new IllegalArgumentException("A row has " + x.columns()
                    + " values; the linear layer takes " + linear.inputs() + ".");
        }
        context.use();
        return tensors.compute(
                x.rows(),
                linear.outputs(),
                y -> linears.apply((CudaLinear) linear, activation, (CudaTensor) x, y));
    }

    @Override
    public Tensor layerNorm(Tensor x, LayerNorm norm) {
        context.use();
        return tensors.compute(
                x.rows(),
                x.columns(),
                y -> rowKernels.normalize((CudaTensor) x, null, (CudaLayerNorm) norm, y));
    }

    @Override
    public Tensor addLayerNorm(Tensor x, Tensor residual, LayerNorm norm) {
        context.use();
        return tensors.compute(
                x.rows(),
                x.columns(),
                y -> rowKernels.normalize(
                        (CudaTensor) x, (CudaTensor) residual, (CudaLayerNorm) norm, y));
    }

    @Override
    public Tensor attention(Tensor qkv, Attention attention, PackedBatch batch) {
        CudaAttention layer = (CudaAttention) attention;
        context.use();
        if (!layer.kernel().recordable()) {
            tensors.requireNotRecording();
        }
        BatchData data = batches.of(batch);
        return tensors.compute(
                qkv.rows(),
                layer.size(),
                y -> layer.kernel().run(this, layer, data, (CudaTensor) qkv, y.address()));
    }

    @Override
    public Tensor convolve(Tensor x, Convolution convolution, PackedBatch batch) {
        context.use();
        BatchData data = batches.of(batch);
        return tensors.compute(
                x.rows(),
                x.columns(),
                y -> linears.convolve((CudaConvolution) convolution, data, (CudaTensor) x, y));
    }

    @Override
    public Tensor lstm(Tensor x, Lstm lstm, int[] offsets) {
        CudaLstm layer = (CudaLstm) lstm;
        lstm.check(x, offsets);
        context.use();
        tensors.requireNotRecording();
        int sequences = offsets.length - 1;
        int longest = IntStream.range(0, sequences)
                .map(s -> offsets[s + 1] - offsets[s])
                .max()
                .orElse(0);
        return tensors.compute(x.rows(), 2 * lstm.hidden(), y -> {
            try (CudaTensor gates = (CudaTensor) linear(x, layer.gates(), Activation.NONE);
                    Arena.Span starts = arena().allocate((long) Integer.BYTES * offsets.length);
                    Arena.Span cells =
                            arena().allocate(2L * Float.BYTES * sequences * lstm.hidden())) {
                transfers.upload(offsets, starts.address());
                rowKernels.lstm(
                        gates, layer, starts.address(), sequences, longest, cells.address(), y);
            }
        });
    }

    @Override
    public Tensor gatherRows(Tensor x, int[] rows) {
        for (int row : rows) {
            Objects.checkIndex(row, x.rows());
        }
        context.use();
        tensors.requireNotRecording();
        return tensors.compute(rows.length, x.columns(), y -> {
            try (Arena.Span index = arena().allocate((long) Integer.BYTES * rows.length)) {
                transfers.upload(rows, index.address());
                rowKernels.gather((CudaTensor) x, index.address(), y);
            }
        });
    }

    @Override
    public Tensor sliceColumns(Tensor x, int from, int to) {
        Objects.checkFromToIndex(from, to, x.columns());
        context.use();
        return tensors.compute(
                x.rows(),
                to - from,
                y -> rowKernels.copyColumns((CudaTensor) x, from, y, 0, to - from));
    }

    @Override
    public Tensor meanRows(Tensor x, PackedBatch batch) {
        context.use();
        BatchData data = batches.of(batch);
        return tensors.compute(
                batch.sequences(), x.columns(), y -> rowKernels.mean((CudaTensor) x, data, y));
    }

    @Override
    public Tensor upload(WeightTensor matrix) {
        int rows = Math.toIntExact(matrix.shape()[0]);
        int columns = Math.toIntExact(matrix.shape()[1]);
        context.use();
        tensors.requireNotRecording();
        return tensors.compute(rows, columns, y -> {
            stream.synchronize();
            weights.copy(matrix, y.address());
        });
    }

    @Override
    public float[] read(Tensor x) {
        context.use();
        tensors.requireNotRecording();
        int count = Math.multiplyExact(x.rows(), x.columns());
        if (tensors.type() == NumberType.FLOAT) {
            return transfers.download(((CudaTensor) x).address(), count);
        }
        try (Arena.Span floats = arena().allocate((long) Float.BYTES * count)) {
            rowKernels.toFloats((CudaTensor) x, count, floats.address());
            return transfers.download(floats.address(), count);
        }
    }

    /** Waits for what was started. */
    void synchronize() {
        context.use();
        stream.synchronize();
    }

    /** Passes that are recorded. */
    int recordedPasses() {
        return recorder.size();
    }

    @Override
    public void close() {
        context.use();
        owned.close();
    }
}
