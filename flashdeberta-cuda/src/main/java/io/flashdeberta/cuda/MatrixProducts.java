package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cublas.cublasLtCreate;
import static org.bytedeco.cuda.global.cublas.cublasLtDestroy;
import static org.bytedeco.cuda.global.cublas.cublasLtGetStatusName;

import io.flashdeberta.backend.Activation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;

/** A session's matrix products by cuBLASLt; those of the last shapes are kept with their algorithms. */
final class MatrixProducts implements AutoCloseable {

    private static final long WORKSPACE_BYTES = 32L << 20;
    private static final int KEPT = 512;

    /** Multiplications of a product whose algorithm is measured; smaller ones end too soon to differ by much. */
    private static final long MEASURED = 1L << 31;

    private static final int MEASURED_RUNS = 4;

    private final Stream stream;
    private final AlgorithmChoices choices;
    private final DeviceMemory.Block workspace;
    private final cublasLtContext library = new cublasLtContext();
    private final Map<MatrixProduct.Shape, MatrixProduct> products =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<MatrixProduct.Shape, MatrixProduct> eldest) {
                    if (size() <= KEPT) {
                        return false;
                    }
                    eldest.getValue().close();
                    return true;
                }
            };

    MatrixProducts(DeviceMemory memory, Stream stream, AlgorithmChoices choices) {
        this.stream = stream;
        this.choices = choices;
        workspace = memory.allocate(WORKSPACE_BYTES);
        check(cublasLtCreate(library), "start");
    }

    /**
     * Computes {@code y = activation(x·Wᵀ + b)} as far as the library can.
     *
     * @param rows rows of {@code x} and {@code y} for which there is room
     * @return what is left to do
     */
    Remainder run(int rows, CudaLinear linear, Activation activation, long x, long y) {
        MatrixProduct product = product(rows, linear, activation);
        Runnable run = () -> product.run(
                library, stream, workspace, linear.weights().address(), linear.biasAddress(), x, y);
        choose(product, run);
        run.run();
        return switch (product.shape().epilogue()) {
            case NONE -> new Remainder(linear.bias() != null, activation);
            case BIAS -> new Remainder(false, activation);
            case BIAS_RELU, BIAS_GELU -> new Remainder(false, Activation.NONE);
        };
    }

    private void choose(MatrixProduct product, Runnable run) {
        MatrixProduct.Shape shape = product.shape();
        long multiplications = (long) shape.rows() * shape.inputs() * shape.outputs();
        if (multiplications < MEASURED || product.candidates() == 1) {
            return;
        }
        Integer known = choices.known(shape);
        if (known != null) {
            product.choose(known);
        } else if (!stream.recording()) {
            product.choose(choices.choose(shape, () -> fastest(product, run)));
        }
    }

    private int fastest(MatrixProduct product, Runnable run) {
        int fastest = 0;
        float least = Float.POSITIVE_INFINITY;
        try (Stopwatch stopwatch = new Stopwatch(stream)) {
            for (int candidate = 0; candidate < product.candidates(); candidate++) {
                product.choose(candidate);
                run.run();
                float time = stopwatch.time(() -> {
                    for (int n = 0; n < MEASURED_RUNS; n++) {
                        run.run();
                    }
                });
                if (time < least) {
                    least = time;
                    fastest = candidate;
                }
            }
        }
        return fastest;
    }

    /** What a product left to do: the bias, and the activation or none. */
    record Remainder(boolean bias, Activation activation) {

        boolean isNothing() {
            return !bias && activation == Activation.NONE;
        }
    }

    /** With the epilogue that does most of what the library can do for the shape. */
    private MatrixProduct product(int rows, CudaLinear linear, Activation activation) {
        MatrixProduct product = product(rows, linear, epilogue(linear, activation));
        if (product.candidates() == 0) {
            product = product(rows, linear, MatrixProduct.Epilogue.NONE);
        }
        if (product.candidates() == 0) {
            throw new CudaException("cuBLASLt has no algorithm for a product of " + rows + " × "
                    + linear.inputs() + " with " + linear.inputs() + " × " + linear.outputs() + " "
                    + linear.type().label()
                    + " numbers on this GPU; expected one. Try another dtype.");
        }
        return product;
    }

    private MatrixProduct product(int rows, CudaLinear linear, MatrixProduct.Epilogue epilogue) {
        return products.computeIfAbsent(
                new MatrixProduct.Shape(
                        rows, linear.inputs(), linear.outputs(), linear.type(), epilogue),
                shape -> new MatrixProduct(shape, library, WORKSPACE_BYTES));
    }

    /**
     * The epilogue that does most. Its GELU is the tanh approximation, off by 5e-4 at most: less than half a unit in the last
     * place of fp16 where GELU is above 1, but too much for fp32.
     */
    private static MatrixProduct.Epilogue epilogue(CudaLinear linear, Activation activation) {
        if (linear.bias() == null) {
            return MatrixProduct.Epilogue.NONE;
        }
        return switch (activation) {
            case RELU -> MatrixProduct.Epilogue.BIAS_RELU;
            case GELU, GELU_TANH ->
                linear.type() == NumberType.FLOAT
                        ? MatrixProduct.Epilogue.BIAS
                        : MatrixProduct.Epilogue.BIAS_GELU;
            case NONE, TANH, SIGMOID, SILU -> MatrixProduct.Epilogue.BIAS;
        };
    }

    static void check(int status, String action) {
        if (status != 0) {
            throw new CudaException("cuBLASLt could not " + action + ": "
                    + cublasLtGetStatusName(status).getString());
        }
    }

    @Override
    public void close() {
        products.values().forEach(MatrixProduct::close);
        products.clear();
        cublasLtDestroy(library);
        workspace.close();
    }
}
