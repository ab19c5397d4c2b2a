package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaBackendTest {

    @ParameterizedTest
    @CsvSource({"7,5,FP32", "8,0,BF16", "9,0,BF16", "12,0,BF16"})
    void whatOverflowsIsComputedInTheFastestTypeOfWiderRange(
            int major, int minor, Precision expected) {
        Gpu gpu = new Gpu(0, "a GPU", major, minor, 100, 100_000, 1L << 34);
        assertThat(CudaBackend.widerPrecision(gpu)).isEqualTo(expected);
    }
}
