package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.BackendProvider;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Why a GPU is refused, and what to do then. */
class CudaBackendProviderTest {

    private static final int NO_DEVICE = 100;
    private static final int VERSION_MISMATCH = 803;
    private static final BackendOptions OPTIONS = BackendOptions.of(AttentionKind.FLASH, 1);

    private record Machine(
            @Nullable String missing, int initialize, int driverVersion, int gpus, int capability)
            implements CudaLibraries {

        @Override
        public Gpu gpu(int index) {
            return new Gpu(index, "Tesla", capability / 10, capability % 10, 80, 49_152, 1L << 34);
        }

        @Override
        public String errorName(int result) {
            return "CUDA_ERROR_" + result;
        }
    }

    private static void assertRefused(
            @Nullable Machine machine, int index, String reason, String remedy) {
        BackendProvider provider =
                machine == null ? new CudaBackendProvider() : new CudaBackendProvider(machine);
        assertThatThrownBy(() -> provider.open(OPTIONS.withDeviceIndex(index)))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining(remedy);
    }

    @Test
    void withoutADriver() {
        assertRefused(
                new Machine("libcuda.so.1", 0, 0, 0, 0),
                0,
                "There is no NVIDIA driver: libcuda.so.1 cannot be loaded",
                "Install the driver, 580 or newer");
    }

    @Test
    void in8Bits() {
        assertThatThrownBy(
                        () -> new CudaBackendProvider().open(OPTIONS.withPrecision(Precision.INT8)))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageContaining("not in int8; write one of these or auto, or use the CPU");
    }

    /** The real libraries of a machine that has no driver: the reason is told each time. */
    @Test
    void withoutADriverOnThisMachine() {
        assumeTrue(
                Files.notExists(Path.of("/dev/nvidiactl"))
                        && System.getProperty("os.name").startsWith("Linux"),
                "This machine has an NVIDIA driver, so its absence cannot be tested.");
        for (int n = 0; n < 2; n++) {
            assertRefused(null, 0, "There is no NVIDIA driver: libcuda.so.1", "Install the driver");
        }
        try (Backend backend = Backends.open("auto", OPTIONS)) {
            assertThat(backend.description()).contains("CPU");
        }
    }

    @Test
    void withoutALibrary() {
        assertRefused(
                new Machine("libnvrtc.so.13", 0, 0, 0, 0),
                0,
                "A CUDA 13 library is missing: libnvrtc.so.13",
                "Install CUDA 13");
    }

    @Test
    void withoutAGpu() {
        assertRefused(new Machine(null, NO_DEVICE, 13_000, 0, 0), 0, "finds no GPU", "--gpus all");
    }

    @Test
    void withAnOldDriver() {
        assertRefused(
                new Machine(null, VERSION_MISMATCH, 12_040, 1, 90),
                0,
                "too old: it supports CUDA 12.4, and CUDA 13.0 is needed",
                "Update the driver to 580");
    }

    @Test
    void withABrokenDriver() {
        assertRefused(
                new Machine(null, VERSION_MISMATCH, 13_000, 1, 90),
                0,
                "CUDA_ERROR_803",
                "nvidia-smi");
    }

    @Test
    void withAnOldGpu() {
        assertRefused(
                new Machine(null, 0, 13_000, 1, 70),
                0,
                "The GPU Tesla is too old: it has compute capability 7.0",
                "7.5 (Turing, 2018) or newer");
    }

    @Test
    void withTooFewGpus() {
        assertRefused(
                new Machine(null, 0, 13_000, 2, 90),
                2,
                "There is no cuda:2",
                "cuda:0 (Tesla), cuda:1 (Tesla)");
    }

    @Test
    void itIsFoundAndPreferredToTheCpu() {
        assertThat(ServiceLoader.load(BackendProvider.class))
                .filteredOn(provider -> provider.device().equals("cuda"))
                .singleElement()
                .satisfies(provider -> assertThat(provider.preference()).isPositive());
    }
}
