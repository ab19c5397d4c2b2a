package io.flashdeberta.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.backend.cpu.CpuBackendProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendsTest {

    private static final BackendProvider CPU = new CpuBackendProvider();
    private static final BackendProvider BROKEN = new BackendProvider() {
        @Override
        public String device() {
            return "cuda";
        }

        @Override
        public int preference() {
            return 10;
        }

        @Override
        public Backend open(BackendOptions options) {
            throw new DeviceUnavailableException("The driver is missing; install it.", null);
        }
    };

    private static Backend open(String device, BackendProvider... providers) {
        return Backends.open(device, BackendOptions.of(AttentionKind.FLASH, 1), List.of(providers));
    }

    @Test
    void autoTakesTheFirstThatOpens() {
        try (Backend backend = open("auto", BROKEN, CPU)) {
            assertThat(backend.description()).contains("CPU", "1 thread", "flash");
        }
    }

    @Test
    void autoWithoutAnyDeviceTellsEveryReason() {
        assertThatThrownBy(() -> open("auto", BROKEN))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageContaining("not cuda: The driver is missing; install it.");
    }

    @Test
    void aNamedDeviceIsNotReplaced() {
        assertThatThrownBy(() -> open("cuda:1", BROKEN, CPU))
                .hasMessageContaining("The driver is missing");
        assertThatThrownBy(() -> open("cpu:1", CPU)).hasMessageContaining("one CPU");
    }

    @Test
    void theCpuRefusesFp16() {
        BackendOptions options =
                BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(Precision.FP16);
        assertThatThrownBy(() -> Backends.open("cpu", options, List.of(CPU)))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageContaining("fp32, bf16 or int8, not in fp16");
        assertThatThrownBy(() -> Backends.open("auto", options, List.of(BROKEN, CPU)))
                .hasMessageContaining("install it", "fp32, bf16 or int8, not in fp16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tpu", "CPU", "auto:1", "cuda:", "cuda:99999"})
    void anUnknownDeviceIsRefused(String device) {
        assertThatThrownBy(() -> open(device, CPU))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageContaining("expected auto or one of [cpu]");
    }
}
