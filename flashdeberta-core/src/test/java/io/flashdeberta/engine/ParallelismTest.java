package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParallelismTest {

    @ParameterizedTest
    @CsvSource({
        "1, 2, 1",
        "2, 2, 2",
        "4, 2, 4",
        "6, 2, 4",
        "8, 2, 4",
        "16, 2, 8",
        "32, 4, 8",
        "64, 8, 8",
        "128, 16, 8"
    })
    void suitsTheProcessors(int processors, int workers, int threads) {
        assertThat(Parallelism.of(processors, null, null))
                .isEqualTo(new Parallelism(workers, threads));
    }

    @Test
    void followsWhatIsAskedFor() {
        assertThat(Parallelism.of(8, 1, null)).isEqualTo(new Parallelism(1, 8));
        assertThat(Parallelism.of(8, 8, null)).isEqualTo(new Parallelism(8, 4));
        assertThat(Parallelism.of(8, null, 1)).isEqualTo(new Parallelism(8, 1));
        assertThat(Parallelism.of(8, null, 8)).isEqualTo(new Parallelism(2, 8));
        assertThat(Parallelism.of(2, 3, 5)).isEqualTo(new Parallelism(3, 5));
    }
}
