package io.flashdeberta.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelativeBucketsTest {

    @Test
    void saturatesWhereThePublishedModelsDo() {
        RelativeBuckets buckets = new RelativeBuckets(256, 512);
        assertThat(buckets.rows()).isEqualTo(512);
        assertThat(buckets.last()).isEqualTo(506);
        assertThat(buckets.first()).isEqualTo(-512);
        assertThat(buckets.row(505)).isEqualTo(510);
        assertThat(buckets.row(-511)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"256,512", "8,32", "5,64", "-1,24", "4,512"})
    void isConstantBeyondTheSaturationDistancesAndRisesBetween(int bucketCount, int maxDistance) {
        RelativeBuckets buckets = new RelativeBuckets(bucketCount, maxDistance);
        int last = buckets.rows() - 1;
        for (int r = buckets.first() - 300; r <= buckets.last() + 300; r++) {
            assertThat(buckets.row(r) == last).isEqualTo(r >= buckets.last());
            assertThat(buckets.row(r) == 0).isEqualTo(r <= buckets.first());
            assertThat(buckets.row(r)).isBetween(buckets.row(r - 1), last);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,512", "3,512", "8,5", "-1,0", "256,100"})
    void refusesWhatHasNoMeaning(int bucketCount, int maxDistance) {
        assertThatThrownBy(() -> new RelativeBuckets(bucketCount, maxDistance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
