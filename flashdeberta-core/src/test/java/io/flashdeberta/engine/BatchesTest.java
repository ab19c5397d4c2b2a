package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest {

    @Test
    void packsSimilarLengthsUpToTheBudget() {
        assertThat(Batches.pack(new int[] {3, 9, 4, 2, 5}, 10))
                .isEqualTo(List.of(List.of(1), List.of(4, 2), List.of(0, 3)));
    }

    @Test
    void aLongSequenceIsABatchOfItsOwn() {
        assertThat(Batches.pack(new int[] {1, 100, 1}, 10))
                .isEqualTo(List.of(List.of(1), List.of(0, 2)));
        assertThat(Batches.pack(new int[] {7, 7}, 1)).isEqualTo(List.of(List.of(0), List.of(1)));
    }

    @Test
    void thereIsNoEmptyBatch() {
        assertThat(Batches.pack(new int[0], 10)).isEmpty();
    }

    @Test
    void countsBeyondTheRangeOfInt() {
        int[] lengths = {Integer.MAX_VALUE, Integer.MAX_VALUE, 1};
        assertThat(Batches.pack(lengths, Integer.MAX_VALUE)).hasSize(3);
    }
}
