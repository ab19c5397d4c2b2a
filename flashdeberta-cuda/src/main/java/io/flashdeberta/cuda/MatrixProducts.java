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

    private final Stream stream;
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

    MatrixProducts(DeviceMemory memory, Stream stream) {
        this.stream = stream;
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
        MatrixProduct.Epilogue epilogue = epilogue(linear, activation);
        MatrixProduct product = product(rows, linear, epilogue);
        if (!product.possible() && epilogue != MatrixProduct.Epilogue.NONE) {
            epilogue = MatrixProduct.Epilogue.NONE;
            product = product(rows, linear, epilogue);
        }
        if (!product.possible()) {
            throw new CudaException("cuBLASLt has no algorithm for a product of " + rows + " × "
                    + linear.inputs() + " with " + linear.inputs() + " × " + linear.outputs() + " "
                    + linear.type().label()
                    + " numbers on this GPU; expected one. Try another dtype.");
        }
        product.run(
                library, stream, workspace, linear.weights().address(), linear.biasAddress(), x, y);
        return switch (epilogue) {
            case NONE -> new Remainder(linear.bias() != null, activation);
            case BIAS -> new Remainder(false, activation);
            case BIAS_RELU, BIAS_GELU -> new Remainder(false, Activation.NONE);
        };
    }

    /** What a product left to do: the bias, and the activation or none. */
    record Remainder(boolean bias, Activation activation) {

        boolean isNothing() {
            return !bias && activation == Activation.NONE;
        }
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
