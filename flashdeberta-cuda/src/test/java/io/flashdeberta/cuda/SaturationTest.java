package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.RelativeBuckets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tiles are near, against the rows of all distances in a tile. */
class SaturationTest {

    private static final int[] LENGTHS = {1, 64, 65, 128, 300, 513, 640, 641, 705, 1025, 1300, 2500
    };

    @ParameterizedTest
    @CsvSource({"256,512", "64,512", "32,64", "8,32", "-1,24", "-1,100", "256,1024"})
    void tilesOfOneRowAreFar(int count, int greatest) {
        RelativeBuckets buckets = new RelativeBuckets(count, greatest);
        Saturation saturation = Saturation.of(buckets);
        for (int length : LENGTHS) {
            for (int query = 0; query < length; query += Saturation.TILE) {
                int from = query / Saturation.UNIT * Saturation.UNIT;
                int to = from + Saturation.UNIT - 1;
                for (int tile = 0; tile * Saturation.TILE < length; tile++) {
                    int key = tile * Saturation.TILE;
                    int lowest = buckets.row(from - key - (Saturation.TILE - 1));
                    int highest = buckets.row(to - key);
                    boolean before = tile < saturation.nearFrom(query, length);
                    boolean behind = tile >= saturation.nearTo(query, length);
                    boolean apart = length >= saturation.shortestFar();
                    assertThat(before).isEqualTo(apart && lowest == buckets.rows() - 1);
                    assertThat(behind).isEqualTo(apart && highest == 0);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"256,512", "32,64", "-1,24", "256,1024"})
    void sequencesFromTheShortestOnHaveFarTiles(int count, int greatest) {
        Saturation saturation = Saturation.of(new RelativeBuckets(count, greatest));
        for (int length = 1; length < 2000; length++) {
            boolean far = false;
            for (int query = 0; query < length; query += Saturation.UNIT) {
                far |= saturation.nearFrom(query, length) > 0;
                far |= saturation.nearTo(query, length) < Rounding.blocks(length, Saturation.TILE);
            }
            assertThat(far).isEqualTo(length >= saturation.shortestFar());
        }
    }
}
