package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How tiles are divided among blocks, read as the kernels read it. */
class DivisionTest {

    private static final Division.Times TIMES = new Division.Times(4, 5, 2);

    /** Goes through shares backwards, as kernels do, and counts each tile and each part. */
    private static final class Walk {

        private final int[][] seen;
        private final TreeMap<Integer, Integer> left = new TreeMap<>();
        private int parts;

        private Walk(int[] tiles) {
            seen = Arrays.stream(tiles).mapToObj(int[]::new).toArray(int[][]::new);
        }

        private void through(Share share) {
            int remaining = share.tiles();
            int end = share.end();
            for (int unit = share.unit(); remaining > 0; unit--) {
                int[] ofUnit = seen[unit];
                int to = Math.min(end, ofUnit.length);
                int from = Math.max(0, to - remaining);
                for (int tile = from; tile < to; tile++) {
                    ofUnit[tile]++;
                }
                if (to < ofUnit.length) {
                    assertThat(left.put(share.slot(), unit)).isNull();
                    parts++;
                } else if (from > 0) {
                    assertThat(share.parts()).isPositive();
                    for (int slot = share.slot() - share.parts(); slot < share.slot(); slot++) {
                        assertThat(left.remove(slot)).isEqualTo(unit);
                    }
                }
                remaining -= to - from;
                end = Integer.MAX_VALUE;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7, 131, 264})
    void everyTileIsInOneShareAndEveryPartIsTakenUp(int blocks) {
        Random random = new Random(7);
        for (int n = 0; n < 60; n++) {
            int least = n % 2;
            int[] tiles = random.ints(1 + random.nextInt(300), least, 20).toArray();
            for (boolean splits : new boolean[] {false, true}) {
                Division.Shares shares = new Division(tiles, blocks, TIMES, splits).shares();
                Walk walk = new Walk(tiles);
                assertThat(shares.ofBlocks()).hasSize(blocks);
                // What a share takes up, shares of earlier blocks have left.
                shares.ofBlocks().forEach(walk::through);
                assertThat(walk.left).isEmpty();
                assertThat(walk.parts).isEqualTo(shares.slots());
                if (!splits) {
                    assertThat(shares.slots()).isZero();
                }
                for (int[] unit : walk.seen) {
                    assertThat(unit)
                            .containsOnly(Arrays.stream(unit).map(tile -> 1).toArray());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"12,8", "16,12", "200,9", "768,19", "2048,19"})
    void partsMakeTimesEven(int units, int tiles) {
        int[] all = new int[units];
        Arrays.fill(all, tiles);
        int blocks = 132;
        Division.Shares whole = new Division(all, blocks, TIMES, false).shares();
        Division.Shares parts = new Division(all, blocks, TIMES, true).shares();
        long even = (long) units * (4 + 5 * tiles) / blocks;
        assertThat(parts.time()).isLessThan(whole.time());
        // A unit begun anew, a part left and parts taken up, and what a tile more or less makes.
        int taken = Math.min(tiles, Math.max(2, blocks / units + 2));
        assertThat(parts.time()).isLessThan(even + 4 + (1 + taken) * 2 + 2 * 5);
        assertThat(Division.best(all, blocks, TIMES, 100)).isEqualTo(parts);
        assertThat(Division.best(all, blocks, TIMES, 1)).isEqualTo(whole);
    }

    @Test
    void unitsWithoutTilesTakeNoTime() {
        Division.Times times = new Division.Times(3, 1, 1);
        Division.Shares shares = new Division(new int[] {0, 9, 0, 9, 0}, 2, times, false).shares();
        assertThat(shares.time()).isEqualTo(12);
        assertThat(new Division(new int[] {0}, 3, TIMES, true).shares().slots()).isZero();
    }
}
