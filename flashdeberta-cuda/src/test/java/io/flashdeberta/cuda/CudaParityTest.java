package io.flashdeberta.cuda;

import io.flashdeberta.backend.Precision;
import io.flashdeberta.model.ParitySuite;

/** The GPU in fp32. */
@GpuTest
class CudaParityTest extends ParitySuite {

    CudaParityTest() {
        super("cuda", Precision.FP32, 1e-4, 2e-5);
    }
}
