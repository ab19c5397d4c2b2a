package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How tiles are divided among blocks, read as the kernels read it. */
class DivisionTest {

    private static final Division.Times TIMES = new Division.Times(7, 4, 5, 2);

    /** Goes through shares backwards, as kernels do, and counts each tile and each part. */
    private static final class Walk {

        private final int[][][] seen;
        private final TreeMap<Integer, String> left = new TreeMap<>();
        private int parts;

        private Walk(int groups, int[] tiles) {
            seen = new int[groups][tiles.length][];
            for (int[][] group : seen) {
                for (int unit = 0; unit < tiles.length; unit++) {
                    group[unit] = new int[tiles[unit]];
                }
            }
        }

        private void through(Share share) {
            int remaining = share.tiles();
            int end = share.end();
            for (int unit = share.unit(); remaining > 0; unit--) {
                int[] ofUnit = seen[share.group()][unit];
                int to = Math.min(end, ofUnit.length);
                int from = Math.max(0, to - remaining);
                for (int tile = from; tile < to; tile++) {
                    ofUnit[tile]++;
                }
                String name = share.group() + "/" + unit;
                if (to < ofUnit.length) {
                    assertThat(left.put(share.slot(), name)).isNull();
                    parts++;
                } else if (from > 0) {
                    assertThat(share.parts()).isPositive();
                    for (int slot = share.slot() - share.parts(); slot < share.slot(); slot++) {
                        assertThat(left.remove(slot)).isEqualTo(name);
                    }
                }
                remaining -= to - from;
                end = Integer.MAX_VALUE;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "1,7,1", "12,132,2", "16,132,2", "24,10,2", "3,132,2", "1,132,1", "5,4,1"})
    void everyTileIsInOneShareAndEveryPartIsTakenUp(int groups, int blocks, int workers) {
        Random random = new Random(7);
        for (int n = 0; n < 60; n++) {
            int least = n % 2;
            int[] tiles = random.ints(1 + random.nextInt(70), least, 20).toArray();
            for (boolean splits : new boolean[] {false, true}) {
                Division.Shares shares =
                        new Division(tiles, groups, blocks, workers, TIMES, splits).shares();
                Walk walk = new Walk(groups, tiles);
                // What a share takes up, shares of earlier blocks, groups or workers have left.
                for (List<Share> block : shares.blocks()) {
                    assertThat(block.size() % workers).isZero();
                    for (int last = block.size() - workers; last >= 0; last -= workers) {
                        block.subList(last, last + workers).forEach(walk::through);
                    }
                }
                assertThat(walk.left).isEmpty();
                assertThat(walk.parts).isEqualTo(shares.slots());
                if (!splits) {
                    assertThat(shares.slots()).isZero();
                }
                for (int[][] group : walk.seen) {
                    for (int[] unit : group) {
                        assertThat(unit)
                                .containsOnly(Arrays.stream(unit).map(tile -> 1).toArray());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,12,8", "1,16,12", "32,16,4", "64,12,19", "128,16,19"})
    void partsMakeTimesEven(int units, int groups, int tiles) {
        int[] all = new int[units];
        Arrays.fill(all, tiles);
        int blocks = 66;
        Division.Shares whole = new Division(all, groups, blocks, 2, TIMES, false).shares();
        Division.Shares parts = new Division(all, groups, blocks, 2, TIMES, true).shares();
        long even = (long) groups * units * (4 + 5 * tiles) / (2 * blocks);
        assertThat(parts.time()).isLessThan(whole.time());
        // A unit begun anew, a part left and parts taken up, tables, and what a tile more or less
        // makes.
        assertThat(parts.time()).isLessThan(even + 4 + 3 * 2 + 2 * 7 + 2 * 5);
        assertThat(Division.best(all, groups, blocks, 2, TIMES, 100)).isEqualTo(parts);
        assertThat(Division.best(all, groups, blocks, 2, TIMES, 1)).isEqualTo(whole);
    }

    @Test
    void unitsWithoutTilesTakeNoTime() {
        Division.Shares shares = new Division(
                        new int[] {0, 9, 0, 9, 0}, 1, 2, 1, new Division.Times(0, 3, 1, 1), false)
                .shares();
        assertThat(shares.time()).isEqualTo(12);
        assertThat(new Division(new int[] {0}, 1, 3, 1, TIMES, true).shares().slots())
                .isZero();
    }
}
