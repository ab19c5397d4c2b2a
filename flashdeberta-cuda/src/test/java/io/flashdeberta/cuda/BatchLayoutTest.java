package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchLayoutTest {

    private static PackedBatch batch(int... lengths) {
        List<int[]> ids = new ArrayList<>();
        for (int length : lengths) {
            int[] sequence = new int[length];
            Arrays.fill(sequence, 7);
            ids.add(sequence);
        }
        return PackedBatch.of(ids, ids);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,16",
        "16,16",
        "17,32",
        "128,128",
        "129,144",
        "511,512",
        "513,544",
        "2048,2048",
        "2049,2176",
        "131072,131072"
    })
    void rowsAreRoundedUp(int rows, int rounded) {
        assertThat(Rounding.rows(rows)).isEqualTo(rounded);
        assertThat(Rounding.rows(rounded)).isEqualTo(rounded);
    }

    @Test
    void roundingWastesLittleAndLeavesFewSizes() {
        Set<Integer> sizes = new HashSet<>();
        for (int rows = 1; rows <= 2048; rows++) {
            int rounded = Rounding.rows(rows);
            sizes.add(rounded);
            assertThat(rounded).isBetween(rows, rows + Math.max(15, rows / 16));
            int items = Rounding.items(rows);
            assertThat(items).isBetween(rows, rows + Math.max(3, rows / 4));
            assertThat(Rounding.items(items)).isEqualTo(items);
        }
        assertThat(sizes).hasSizeLessThan(70);
    }

    @Test
    void workItemsCoverEveryQueryOnceAndBeginWithTheLongest() {
        Random random = new Random(3);
        for (int n = 0; n < 50; n++) {
            PackedBatch batch =
                    batch(random.ints(1 + random.nextInt(20), 1, 400).toArray());
            for (int tile : new int[] {64, 128}) {
                int[] items = WorkItems.of(batch, 0, tile);
                assertThat(items).hasSize(4 * WorkItems.count(batch, 0, tile));
                boolean[] seen = new boolean[batch.totalTokens()];
                int before = Integer.MAX_VALUE;
                for (int i = 0; i < items.length; i += 4) {
                    assertThat(items[i + 1]).isBetween(1, before);
                    before = items[i + 1];
                    for (int q = items[i + 2];
                            q < Math.min(items[i + 1], items[i + 2] + tile);
                            q++) {
                        assertThat(seen[items[i] + q]).isFalse();
                        seen[items[i] + q] = true;
                    }
                }
                assertThat(seen).doesNotContain(false);
            }
        }
    }

    @Test
    void theNumbersStandWhereTheLayoutSays() {
        PackedBatch batch = batch(2, 130, 1);
        BatchLayout layout = BatchLayout.of(batch, 132);
        int[] numbers = layout.fill(
                batch,
                List.of(new WorkShares.Kind(12, false, 0, 0), new WorkShares.Kind(1, false, 0, 0)));
        assertThat(layout).isEqualTo(new BatchLayout(144, 8, 8, 132));
        assertThat(numbers[0]).isEqualTo(5);
        assertThat(numbers[1]).isEqualTo(5);
        assertThat(Arrays.copyOfRange(numbers, layout.ids(), layout.ids() + 133))
                .containsOnly(7);
        assertThat(Arrays.copyOfRange(numbers, layout.ids() + 133, layout.typeIds()))
                .containsOnly(0);
        assertThat(Arrays.copyOfRange(numbers, layout.places(), layout.places() + 8))
                .containsExactly(0, 1, 1, 0, 0, 129, 1, 128);
        assertThat(Arrays.copyOfRange(numbers, layout.smallItemsAt(), layout.largeItemsAt()))
                .startsWith(2, 130, 0, 0, 2, 130, 64, 0, 2, 130, 128, 0, 0, 2, 0, 0, 132, 1, 0, 0)
                .hasSize(32);
        assertThat(Arrays.copyOfRange(numbers, layout.largeItemsAt() + 16, layout.sharesAt(0)))
                .startsWith(133, 11, 0, 0, 0);
        assertThat(layout.blocks(12)).isEqualTo(96);
        assertThat(numbers[layout.sharesAt(0)]).isZero();
        assertThat(numbers[layout.sharesAt(0) + 96]).isEqualTo(12 * 5);
        assertThat(numbers[layout.sharesAt(1) + 8]).isEqualTo(5);
        assertThat(Arrays.copyOfRange(numbers, layout.offsets(), layout.offsets() + 4))
                .containsExactly(0, 2, 132, 133);
        assertThat(layout.smallItemsAt() % 4).isZero();
        assertThat(layout.largeItemsAt() % 4).isZero();
    }

    @ParameterizedTest
    @CsvSource({"256,512", "8,32", "-1,24", "256,130"})
    void distancesBeyondTheTableKeepItsLastRows(int count, int greatest) {
        RelativeBuckets buckets = new RelativeBuckets(count, greatest);
        int[] rows = DistanceTable.rows(buckets);
        for (int r = -2000; r <= 2000; r++) {
            int at = Math.max(buckets.first(), Math.min(buckets.last(), r)) - buckets.first();
            assertThat(rows[at]).isEqualTo(buckets.row(r));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7,5,sm_75,true",
        "8,6,sm_86,true",
        "8,7,sm_86,true",
        "9,0,sm_90a,true",
        "10,3,sm_100,true",
        "13,0,compute_120,false"
    })
    void aGpuGetsTheBestThatTheCompilerKnows(int major, int minor, String name, boolean binary) {
        Gpu gpu = new Gpu(0, "a GPU", major, minor, 100, 100_000, 1L << 34);
        int[] known = {75, 80, 86, 89, 90, 100, 120};
        assertThat(Architecture.of(gpu, known)).isEqualTo(new Architecture(name, binary));
    }

    @Test
    void blocksShareTheWorkEvenly() {
        Random random = new Random(9);
        for (int n = 0; n < 200; n++) {
            int[] lengths = random.ints(1 + random.nextInt(20), 1, 3000).toArray();
            int[] items = WorkItems.of(batch(lengths), 0, 128);
            int count = items.length / 4;
            WorkShares.Kind kind =
                    new WorkShares.Kind(1 + random.nextInt(16), random.nextBoolean(), -300, 300);
            int blocks = 1 + random.nextInt(200);
            int[] shares = WorkShares.of(kind, items, blocks);
            assertThat(shares).hasSize(blocks + 1).isSorted();
            assertThat(shares[0]).isZero();
            assertThat(shares[blocks]).isEqualTo(kind.heads() * count);
            double all = 0;
            double greatest = 0;
            for (int i = 0; i < count; i++) {
                double cost = kind.cost(items[4 * i + 1], items[4 * i + 2]);
                all += kind.heads() * cost;
                greatest = Math.max(greatest, cost);
            }
            for (int b = 0; b < blocks; b++) {
                double cost = 0;
                for (int unit = shares[b]; unit < shares[b + 1]; unit++) {
                    int i = unit % count;
                    cost += kind.cost(items[4 * i + 1], items[4 * i + 2]);
                }
                assertThat(cost).isLessThan(all / blocks + 1.01 * greatest);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "256,512,true",
        "64,512,true",
        "32,64,true",
        "-1,24,true",
        "-1,100,true",
        "-1,256,true",
        "256,1024,true",
        "8,32,true",
        "256,200,false",
        "512,1024,false",
        "-1,300,false"
    })
    void hopperTakesTablesThatFitIntoItsSharedMemory(int count, int greatest, boolean fit) {
        RelativeBuckets buckets = new RelativeBuckets(count, greatest);
        HopperTables tables = new HopperTables(buckets);
        assertThat(tables.fit()).isEqualTo(fit);
        assertThat((buckets.row(0) + tables.shift()) % 8).isZero();
        assertThat(tables.rows() % 8).isZero();
        assertThat(tables.rows()).isGreaterThanOrEqualTo(buckets.rows() + tables.shift());
    }

    @Test
    void pairsOfDistancesReachBeyondSaturation() {
        RelativeBuckets buckets = new RelativeBuckets(32, 64);
        int[] pairs = DistanceTable.pairs(buckets, 3);
        int center = DistanceTable.center(buckets);
        assertThat(pairs).hasSize(2 * center);
        for (int r = -center; r < center; r++) {
            assertThat(pairs[r + center] & 0xffff).isEqualTo(buckets.row(r) + 3);
            assertThat(pairs[r + center] >>> 16).isEqualTo(buckets.row(r - 1) + 3);
        }
    }
}
