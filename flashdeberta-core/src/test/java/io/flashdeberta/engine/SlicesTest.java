package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicesTest {

    private static List<String> ofLengths(int... lengths) {
        return IntStream.of(lengths).mapToObj("x"::repeat).toList();
    }

    @Test
    void shortTextsComeFirstThenLongOnes() {
        Slices slices = new Slices(ofLengths(30, 10, 50, 20, 10, 40), 0);
        assertThat(slices.isUntouched()).isTrue();
        assertThat(slices.next(20)).containsExactly(1, 4);
        assertThat(slices.isUntouched()).isFalse();
        assertThat(slices.next(80)).containsExactly(5, 2);
        assertThat(slices.next(1)).containsExactly(0);
        assertThat(slices.isEmpty()).isFalse();
        assertThat(slices.next(80)).containsExactly(3);
        assertThat(slices.isEmpty()).isTrue();
    }

    @Test
    void whatGoesWithATextCounts() {
        Slices slices = new Slices(ofLengths(1, 1, 1, 1), 9);
        assertThat(slices.next(20)).hasSize(2);
        assertThat(slices.next(11)).hasSize(2);
    }

    @Test
    void aSliceHasAtLeastOneTextAndNotTooMany() {
        Slices slices = new Slices(Collections.nCopies(3000, ""), 0);
        assertThat(slices.next(0)).containsExactly(0);
        assertThat(slices.next(1000)).hasSize(1024);
        assertThat(slices.next(1000)).hasSize(1024);
        assertThat(slices.next(1000)).hasSize(951);
        assertThat(slices.isEmpty()).isTrue();
    }

    @Test
    void noTextsAreNoSlices() {
        assertThat(new Slices(List.of(), 5).isEmpty()).isTrue();
    }
}
