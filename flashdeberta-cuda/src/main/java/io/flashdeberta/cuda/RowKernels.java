package io.flashdeberta.cuda;

import io.flashdeberta.backend.Activation;

import org.jspecify.annotations.Nullable;

/** The kernels that work on rows one by one; those of an LSTM, one after the other. */
final class RowKernels {

    private static final int ROW_THREADS = 128;
    private static final int ROWS_OF_BLOCK = 4;
    private static final int ELEMENT_THREADS = 256;
    private static final int MEAN_COLUMNS = 32;
    private static final int WIDE_BYTES = 16;
    private static final int UNITS_OF_BLOCK = 4;
    private static final int DIRECTIONS = 2;

    /** Of an LSTM; further ones share what a warp has read of the weights. */
    private static final int SEQUENCES_AT_ONCE = 8;

    /** Blocks of layer normalisation that a multiprocessor holds at once. */
    private static final int NORMALIZING_BLOCKS = 5;

    private final Launch launch;
    private final NumberType type;
    private final int normalizingWarps;

    RowKernels(Launch launch, NumberType type, Gpu gpu) {
        this.launch = launch;
        this.type = type;
        normalizingWarps = NORMALIZING_BLOCKS * ROWS_OF_BLOCK * gpu.multiprocessors();
    }

    private KernelProgram program(String file) {
        return KernelProgram.of(file, type);
    }

    void embed(CudaEmbeddings tables, BatchData batch, CudaTensor y) {
        lookUp("embedding_sum", tables, batch, y.rows()).with(y.address()).run();
    }

    void embedAndNormalize(CudaEmbeddings tables, BatchData batch, CudaTensor y) {
        lookUp("embedding_layer_norm", tables, batch, y.rows())
                .with(tables.norm().scale().address())
                .with(tables.norm().shift().address())
                .with(tables.norm().epsilon())
                .with(y.address())
                .run();
    }

    private Launch lookUp(String function, CudaEmbeddings tables, BatchData batch, int rows) {
        return launch.of(tables.program(), function, ROW_THREADS)
                .grid(Rounding.blocks(rows, ROWS_OF_BLOCK), 1, 1)
                .with(batch.ids())
                .with(batch.typeIds())
                .with(batch.places())
                .with(tables.words().address())
                .with(CudaEmbeddings.address(tables.positions()))
                .with(CudaEmbeddings.address(tables.types()))
                .with(rows);
    }

    void normalize(CudaTensor x, @Nullable CudaTensor residual, CudaLayerNorm norm, CudaTensor y) {
        int rowsOfWarp = Rounding.blocks(x.rows(), normalizingWarps);
        launch.of(norm.program(), "layer_norm", ROW_THREADS)
                .grid(Rounding.blocks(x.rows(), ROWS_OF_BLOCK * Math.max(1, rowsOfWarp)), 1, 1)
                .with(x.address())
                .with(residual == null ? 0L : residual.address())
                .with(norm.scale().address())
                .with(norm.shift().address())
                .with(norm.epsilon())
                .with(x.rows())
                .with(y.address())
                .run();
    }

    /** {@code y = activation(y + bias)}. */
    void activate(CudaTensor y, long bias, Activation activation) {
        boolean wide = y.columns() * type.bytes() % WIDE_BYTES == 0;
        long count = (long) y.rows() * y.columns();
        long threads = wide ? count * type.bytes() / WIDE_BYTES : count;
        launch.of(
                        program("activation.cu"),
                        wide ? "activation_wide" : "activation",
                        ELEMENT_THREADS)
                .grid(Rounding.blocks(threads, ELEMENT_THREADS), 1, 1)
                .with(y.address())
                .with(bias)
                .with(code(activation))
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

    /** Each token's neighbourhood of {@code kernelSize} tokens, in {@code width} columns from {@code from} on. */
    void neighbours(
            CudaTensor x, BatchData batch, int from, int width, int kernelSize, CudaTensor y) {
        launch.of(program("neighbours.cu"), "neighbours", ROW_THREADS)
                .grid(x.rows(), 1, 1)
                .with(x.address())
                .with(batch.places())
                .with(x.columns())
                .with(from)
                .with(width)
                .with(kernelSize)
                .with(y.address())
                .run();
    }

    void copyColumns(CudaTensor from, int fromColumn, CudaTensor to, int toColumn, int count) {
        launch.of(program("copy_columns.cu"), "copy_columns", ROW_THREADS)
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

    /** @param index address of the rows to take, as many as {@code y} has */
    void gather(CudaTensor x, long index, CudaTensor y) {
        launch.of(program("gather_rows.cu"), "gather_rows", ROW_THREADS)
                .grid(y.rows(), 1, 1)
                .with(x.address())
                .with(index)
                .with(x.columns())
                .with(y.address())
                .run();
    }

    /**
     * Runs an LSTM over sequences, a step of all of them after the other.
     *
     * @param offsets address of where the sequences start
     * @param longest rows of the longest one
     * @param cells address of {@code [2, sequences, hidden]} floats
     */
    void lstm(
            CudaTensor gates,
            CudaLstm lstm,
            long offsets,
            int sequences,
            int longest,
            long cells,
            CudaTensor y) {
        KernelProgram program = program("lstm.cu");
        for (int step = 0; step < longest; step++) {
            launch.of(program, "lstm_step", ROW_THREADS)
                    .grid(
                            Rounding.blocks(lstm.hidden(), UNITS_OF_BLOCK),
                            DIRECTIONS,
                            Math.min(sequences, SEQUENCES_AT_ONCE))
                    .with(gates.address())
                    .with(lstm.stateWeights().address())
                    .with(lstm.stateBias().address())
                    .with(offsets)
                    .with(sequences)
                    .with(lstm.hidden())
                    .with(step)
                    .with(cells)
                    .with(y.address())
                    .run();
        }
    }

    void mean(CudaTensor x, BatchData batch, CudaTensor y) {
        launch.of(program("mean_rows.cu"), "mean_rows", ELEMENT_THREADS)
                .grid(y.rows(), Rounding.blocks(x.columns(), MEAN_COLUMNS), 1)
                .with(x.address())
                .with(batch.offsets())
                .with(x.columns())
                .with(y.address())
                .run();
    }

    void toFloats(CudaTensor x, int count, long floats) {
        launch.of(program("convert.cu"), "to_float", ELEMENT_THREADS)
                .grid(Rounding.blocks(count, ELEMENT_THREADS), 1, 1)
                .with(x.address())
                .with((long) count)
                .with(floats)
                .run();
    }
}
