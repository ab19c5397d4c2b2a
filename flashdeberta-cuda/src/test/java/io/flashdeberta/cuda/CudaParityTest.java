package io.flashdeberta.cuda;

import io.flashdeberta.backend.Precision;
import io.flashdeberta.model.ParitySuite;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** The GPU in fp32. */
@Tag("gpu")
@ExtendWith(OneContext.class)
class CudaParityTest extends ParitySuite {

    CudaParityTest() {
        super("cuda", Precision.FP32, 1e-4, 2e-5);
    }
}
