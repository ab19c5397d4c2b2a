package io.flashdeberta.cuda;

import io.flashdeberta.backend.Precision;
import io.flashdeberta.model.ParitySuite;

import org.junit.jupiter.api.Nested;

/** Whole models on the GPU, in memory that held no numbers before. */
@GpuTest
class CudaParityTest {

    @Nested
    class Fp32 extends ParitySuite {
        Fp32() {
            super("simt", Precision.FP32, 1e-4, 2e-5);
        }
    }

    @Nested
    class Fp16 extends ParitySuite {
        Fp16() {
            super("simt", Precision.FP16, 3e-2, 2e-2);
        }
    }

    @Nested
    class Fp16OnAnyTensorCores extends ParitySuite {
        Fp16OnAnyTensorCores() {
            super("mma", Precision.FP16, 3e-2, 2e-2);
        }
    }

    @Nested
    class Fp16OnHopper extends ParitySuite {
        Fp16OnHopper() {
            super("hopper", Precision.FP16, 3e-2, 2e-2);
        }
    }

    @Nested
    class Bf16OnHopper extends ParitySuite {
        Bf16OnHopper() {
            // As in fp16, whose numbers have three bits more.
            super("hopper", Precision.BF16, 0.2, 8 * 2e-2);
        }
    }
}
