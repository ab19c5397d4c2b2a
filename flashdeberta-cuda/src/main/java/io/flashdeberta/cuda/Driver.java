package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuGetErrorName;

import io.flashdeberta.backend.OutOfDeviceMemoryException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** What the driver's calls return. */
final class Driver {

    private Driver() {}

    /** Throws unless a call succeeded that was to {@code action}. */
    static void check(int result, String action) {
        if (result == CUDA_SUCCESS) {
            return;
        }
        if (result == CUDA_ERROR_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException("The GPU has too little memory to " + action
                    + ". Lower batch-tokens or max-tokens, or close what else uses the GPU.");
        }
        throw new CudaException(
                "The GPU could not " + action + ": " + name(result)
                        + ". After an error of a kernel every later call fails as well; restart the process then.");
    }

    /** CUDA's name of an error, as in {@code CUDA_ERROR_NO_DEVICE}. */
    static String name(int result) {
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            if (cuGetErrorName(result, name) != CUDA_SUCCESS) {
                return "error " + result;
            }
            return name.get(BytePointer.class).getString();
        }
    }
}
