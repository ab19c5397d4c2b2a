package io.flashdeberta.ner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OverlapMergerTest {

    private static LabeledSpan span(int start, int end, double score) {
        return new LabeledSpan("PER", score, start, end);
    }

    @Test
    void sortsByStart() {
        assertThat(OverlapMerger.merge(List.of(span(7, 9, 0.5), span(0, 3, 0.5))))
                .extracting(LabeledSpan::start)
                .containsExactly(0, 7);
    }

    @Test
    void theLongerOfTwoStays() {
        assertThat(OverlapMerger.merge(List.of(span(0, 5, 0.9), span(3, 12, 0.1))))
                .containsExactly(span(3, 12, 0.1));
        assertThat(OverlapMerger.merge(List.of(span(0, 8, 0.1), span(3, 9, 0.9))))
                .containsExactly(span(0, 8, 0.1));
    }

    @Test
    void theMoreCertainOfTwoEquallyLongStays() {
        assertThat(OverlapMerger.merge(List.of(span(0, 5, 0.4), span(0, 5, 0.6))))
                .containsExactly(span(0, 5, 0.6));
        assertThat(OverlapMerger.merge(List.of(span(0, 5, 0.6), span(2, 7, 0.4))))
                .containsExactly(span(0, 5, 0.6));
    }

    @Test
    void neighboursAreNotOverlaps() {
        List<LabeledSpan> neighbours = List.of(span(0, 5, 0.4), span(5, 6, 0.6));
        assertThat(OverlapMerger.merge(neighbours)).isEqualTo(neighbours);
        assertThat(OverlapMerger.merge(List.of())).isEmpty();
    }
}
