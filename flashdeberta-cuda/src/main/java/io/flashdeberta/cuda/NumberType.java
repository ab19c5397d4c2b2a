package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.DataType;

/** What tensors on the GPU hold. */
enum NumberType {
    FLOAT("float", 4, CUDA_R_32F, DataType.F32),
    HALF("Half", 2, CUDA_R_16F, DataType.F16),
    BFLOAT("BFloat", 2, CUDA_R_16BF, DataType.BF16);

    private final String kernelName;
    private final int bytes;
    private final int libraryType;
    private final DataType stored;

    NumberType(String kernelName, int bytes, int libraryType, DataType stored) {
        this.kernelName = kernelName;
        this.bytes = bytes;
        this.libraryType = libraryType;
        this.stored = stored;
    }

    /** The type for a precision; half for {@link Precision#AUTO}. */
    static NumberType of(Precision precision) {
        return switch (precision) {
            case FP32 -> FLOAT;
            case AUTO, FP16 -> HALF;
            case BF16 -> BFLOAT;
            case INT8 -> throw new IllegalArgumentException(precision + " is for the CPU.");
        };
    }

    /** The type's name in number.cuh. */
    String kernelName() {
        return kernelName;
    }

    int bytes() {
        return bytes;
    }

    /** CUDA's {@code cudaDataType}. */
    int libraryType() {
        return libraryType;
    }

    /** The stored type with the same bytes. */
    DataType stored() {
        return stored;
    }

    String label() {
        return switch (this) {
            case FLOAT -> "fp32";
            case HALF -> "fp16";
            case BFLOAT -> "bf16";
        };
    }
}
