package io.flashdeberta.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.backend.Precision;
import org.junit.jupiter.api.Test;

class BenchmarkOptionsTest {

    @Test
    void readsArguments() {
        BenchmarkOptions options = BenchmarkOptions.parse(
                "--size", "xsmall", "--length", "32,512", "--dtype", "bf16", "--threads", "1");

        assertThat(options.size()).isEqualTo(ModelSize.XSMALL);
        assertThat(options.lengths()).containsExactly(32, 512);
        assertThat(options.precision()).isEqualTo(Precision.BF16);
        assertThat(options.threads()).isOne();
        assertThat(options.backend()).isEqualTo("cpu");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> BenchmarkOptions.parse("--sise", "base"))
                .hasMessageContaining("--sise");
        assertThatThrownBy(() -> BenchmarkOptions.parse("--size")).hasMessageContaining("value");
        assertThatThrownBy(() -> BenchmarkOptions.parse("--batch", "0"))
                .hasMessageContaining("≥ 1");
    }

    @Test
    void countsOperations() {
        assertThat(ModelSize.BASE.operations(new int[] {512}) / 1e9).isBetween(105.0, 107.0);
    }
}
