package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.OutOfDeviceMemoryException;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RandomWeights;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@GpuTest
class DeviceMemoryTest {

    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    private static BackendOptions limited(long bytes) {
        return BackendOptions.of(AttentionKind.FLASH, 1)
                .withPrecision(Precision.FP32)
                .withMemoryLimit(bytes);
    }

    @Test
    void aPassBeyondTheLimitFailsAndTheNextOneRuns() {
        try (RandomWeights random = new RandomWeights(folder, Precision.FP32);
                Backend backend = new CudaBackendProvider().open(limited(96 * MIB));
                Session session = backend.openSession()) {
            Linear wide = backend.loadLinear(List.of(random.tensor(4096, 64)), List.of());
            Linear narrow = backend.loadLinear(List.of(random.tensor(64, 64)), List.of());
            try (Tensor x = session.upload(random.tensor(4096, 64))) {
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> session.linear(x, wide, Activation.NONE))
                            .isInstanceOf(OutOfDeviceMemoryException.class)
                            .hasMessageContaining("its limit is " + 96 * MIB);
                    try (Tensor y = session.linear(x, narrow, Activation.NONE)) {
                        assertThat(session.read(y)).hasSize(4096 * 64).doesNotContain(Float.NaN);
                    }
                    assertThat(backend.allocatedBytes()).isBetween(33 * MIB, 96 * MIB);
                }
            }
        }
    }

    @Test
    void aModelBeyondTheLimitIsRefused() {
        try (RandomWeights random = new RandomWeights(folder, Precision.FP32);
                Backend backend = new CudaBackendProvider().open(limited(8 * MIB))) {
            assertThatThrownBy(
                            () -> backend.loadLinear(List.of(random.tensor(4096, 1024)), List.of()))
                    .isInstanceOf(DeviceUnavailableException.class)
                    .hasMessageContaining("does not fit");
        }
    }
}
