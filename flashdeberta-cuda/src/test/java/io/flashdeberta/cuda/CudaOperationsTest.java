package io.flashdeberta.cuda;

import io.flashdeberta.backend.OperationsSuite;
import io.flashdeberta.backend.Precision;

import org.junit.jupiter.api.Nested;

/** The GPU's operations, in memory that held no numbers before. */
@GpuTest
class CudaOperationsTest {

    @Nested
    class Fp32 extends OperationsSuite {
        Fp32() {
            super("simt", Precision.FP32, 1e-5);
        }
    }

    @Nested
    class Fp16 extends OperationsSuite {
        Fp16() {
            super("hopper", Precision.FP16, 2e-3);
        }
    }

    @Nested
    class Bf16 extends OperationsSuite {
        Bf16() {
            super("hopper", Precision.BF16, 1.5e-2);
        }
    }
}
