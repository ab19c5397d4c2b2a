package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_DEFAULT;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_GELU_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_RELU_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_EPILOGUE;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSA;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmul;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulAlgoGetHeuristic;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulDescCreate;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulDescDestroy;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulDescSetAttribute;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulPreferenceCreate;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulPreferenceDestroy;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulPreferenceSetAttribute;
import static org.bytedeco.cuda.global.cublas.cublasLtMatrixLayoutCreate;
import static org.bytedeco.cuda.global.cublas.cublasLtMatrixLayoutDestroy;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * {@code y = epilogue(x·Wᵀ + b)} of one shape with the algorithm that cuBLASLt holds best for it. Row-major matrices are
 * column-major transposes to the library: it computes {@code yᵀ = W·xᵀ}. Sums are in fp32 whatever the type; an algorithm that
 * splits a sum adds its parts in fp32 and always in the same order.
 */
final class MatrixProduct implements AutoCloseable {

    /** What follows the product within the same kernel. */
    enum Epilogue {
        NONE(CUBLASLT_EPILOGUE_DEFAULT),
        BIAS(CUBLASLT_EPILOGUE_BIAS),
        BIAS_RELU(CUBLASLT_EPILOGUE_RELU_BIAS),
        /** GELU by its tanh approximation. */
        BIAS_GELU(CUBLASLT_EPILOGUE_GELU_BIAS);

        private final int code;

        Epilogue(int code) {
            this.code = code;
        }
    }

    /**
     * A shape.
     *
     * @param rows rows of x and y
     * @param inputs columns of x and W
     * @param outputs columns of y, rows of W
     */
    record Shape(int rows, int inputs, int outputs, NumberType type, Epilogue epilogue) {}

    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);

    private final Shape shape;
    private final cublasLtMatmulDescOpaque_t operation;
    private final cublasLtMatrixLayoutOpaque_t weights;
    private final cublasLtMatrixLayoutOpaque_t x;
    private final cublasLtMatrixLayoutOpaque_t y;
    private final cublasLtMatmulHeuristicResult_t algorithm = new cublasLtMatmulHeuristicResult_t();
    private final boolean possible;
    private final LongPointer biasAddress = new LongPointer(1);
    private final DevicePointer weightsPointer = new DevicePointer();
    private final DevicePointer xPointer = new DevicePointer();
    private final DevicePointer yPointer = new DevicePointer();

    MatrixProduct(Shape shape, cublasLtContext library, long workspaceBytes) {
        this.shape = shape;
        try (PointerPointer<Pointer> result = new PointerPointer<>(1)) {
            check(cublasLtMatmulDescCreate(result, CUBLAS_COMPUTE_32F, CUDA_R_32F), "describe");
            operation = new cublasLtMatmulDescOpaque_t(result.get());
        }
        set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
        set(CUBLASLT_MATMUL_DESC_EPILOGUE, shape.epilogue().code);
        weights = layout(shape.type(), shape.inputs(), shape.outputs());
        x = layout(shape.type(), shape.inputs(), shape.rows());
        y = layout(shape.type(), shape.outputs(), shape.rows());
        possible = findAlgorithm(library, workspaceBytes);
    }

    private static cublasLtMatrixLayoutOpaque_t layout(NumberType type, int rows, int columns) {
        try (PointerPointer<Pointer> result = new PointerPointer<>(1)) {
            check(
                    cublasLtMatrixLayoutCreate(result, type.libraryType(), rows, columns, rows),
                    "describe a matrix of");
            return new cublasLtMatrixLayoutOpaque_t(result.get());
        }
    }

    private void set(int attribute, int value) {
        try (IntPointer pointer = new IntPointer(1).put(value)) {
            check(
                    cublasLtMatmulDescSetAttribute(operation, attribute, pointer, Integer.BYTES),
                    "describe");
        }
    }

    private boolean findAlgorithm(cublasLtContext library, long workspaceBytes) {
        if (shape.epilogue() != Epilogue.NONE) {
            setBias(Arena.ALIGNMENT);
        }
        cublasLtMatmulPreferenceOpaque_t preference;
        try (PointerPointer<Pointer> result = new PointerPointer<>(1)) {
            check(cublasLtMatmulPreferenceCreate(result), "prefer an algorithm for");
            preference = new cublasLtMatmulPreferenceOpaque_t(result.get());
        }
        try (LongPointer bytes = new LongPointer(1).put(workspaceBytes);
                IntPointer schemes =
                        new IntPointer(1).put(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE)) {
            check(
                    cublasLtMatmulPreferenceSetAttribute(
                            preference,
                            CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                            bytes,
                            Long.BYTES),
                    "prefer an algorithm for");
            check(
                    cublasLtMatmulPreferenceSetAttribute(
                            preference,
                            CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                            schemes,
                            Integer.BYTES),
                    "prefer an algorithm for");
            int[] found = new int[1];
            int result = cublasLtMatmulAlgoGetHeuristic(
                    library, operation, weights, x, y, y, preference, 1, algorithm, found);
            return result == 0 && found[0] == 1 && algorithm.state() == 0;
        } finally {
            cublasLtMatmulPreferenceDestroy(preference);
        }
    }

    private void setBias(long address) {
        biasAddress.put(address);
        check(
                cublasLtMatmulDescSetAttribute(
                        operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, biasAddress, Long.BYTES),
                "describe");
    }

    /** Whether the library can compute this shape with this epilogue. */
    boolean possible() {
        return possible;
    }

    /** @param bias its address; without effect if the epilogue has none */
    void run(
            cublasLtContext library,
            Stream stream,
            DeviceMemory.Block workspace,
            long weightsAddress,
            long bias,
            long xAddress,
            long yAddress) {
        if (shape.epilogue() != Epilogue.NONE) {
            setBias(bias);
        }
        check(
                cublasLtMatmul(
                        library,
                        operation,
                        ONE,
                        weightsPointer.at(weightsAddress),
                        weights,
                        xPointer.at(xAddress),
                        x,
                        ZERO,
                        yPointer.at(yAddress),
                        y,
                        yPointer,
                        y,
                        algorithm.algo(),
                        workspacePointer(workspace),
                        workspace.size(),
                        stream.handle()),
                "compute " + shape + ",");
    }

    private static DevicePointer workspacePointer(DeviceMemory.Block workspace) {
        return new DevicePointer().at(workspace.address());
    }

    private static void check(int status, String action) {
        MatrixProducts.check(status, action + " a matrix product");
    }

    @Override
    public void close() {
        cublasLtMatmulDescDestroy(operation);
        cublasLtMatrixLayoutDestroy(weights);
        cublasLtMatrixLayoutDestroy(x);
        cublasLtMatrixLayoutDestroy(y);
        algorithm.close();
        biasAddress.close();
    }
}
