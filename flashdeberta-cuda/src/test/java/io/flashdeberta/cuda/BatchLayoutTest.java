package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.nio.IntBuffer;
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
                int rest = random.nextInt(150);
                int[] items = WorkItems.of(batch, rest, tile, 1);
                assertThat(items).hasSize(4 * WorkItems.count(batch, rest, tile, 1));
                boolean[] seen = new boolean[batch.totalTokens() + rest];
                int before = Integer.MAX_VALUE;
                for (int i = 0; i < items.length; i += 4) {
                    boolean added = items[i] == batch.totalTokens();
                    assertThat(items[i + 1]).isBetween(1, added ? rest : before);
                    before = added ? 0 : items[i + 1];
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
        BatchLayout layout = BatchLayout.of(batch, 100);
        int[] numbers = new int[layout.size(batch.sequences())];
        Arrays.fill(numbers, 99);
        layout.fill(batch, IntBuffer.wrap(numbers));
        assertThat(layout).isEqualTo(new BatchLayout(144, 8, 8, 4, 100));
        assertThat(numbers[0]).isEqualTo(6);
        assertThat(numbers[1]).isEqualTo(5);
        assertThat(numbers[2]).isEqualTo(1);
        assertThat(Arrays.copyOfRange(numbers, layout.ids(), layout.ids() + 133))
                .containsOnly(7);
        assertThat(Arrays.copyOfRange(numbers, layout.ids() + 133, layout.typeIds()))
                .containsOnly(0);
        assertThat(Arrays.copyOfRange(numbers, layout.places(), layout.places() + 8))
                .containsExactly(0, 1, 1, 0, 0, 129, 1, 128);
        assertThat(Arrays.copyOfRange(numbers, layout.smallItemsAt(), layout.largeItemsAt()))
                .startsWith(2, 130, 0, 0, 2, 130, 64, 0, 2, 130, 128, 0, 0, 2, 0, 0, 132, 1, 0, 0)
                .containsSequence(132, 1, 0, 0, 133, 11, 0, 0)
                .hasSize(32);
        assertThat(Arrays.copyOfRange(numbers, layout.farItemsAt(), layout.offsets()))
                .startsWith(2, 130, 0, 0, 0)
                .hasSize(16);
        assertThat(Arrays.copyOfRange(numbers, layout.offsets(), layout.offsets() + 4))
                .containsExactly(0, 2, 132, 133);
        assertThat(layout.smallItemsAt() % 4).isZero();
        assertThat(layout.largeItemsAt() % 4).isZero();
    }

    /** So that what {@link RecordedPassesTest} compares is what it says. */
    @Test
    void batchesOfLikeShapeShareALayout() {
        int shortestFar = Saturation.of(new RelativeBuckets(256, 512)).shortestFar();
        for (int[][] batches : List.of(RecordedPassesTest.SHORT, RecordedPassesTest.LONG)) {
            Set<BatchLayout> layouts = new HashSet<>();
            for (int[] lengths : batches) {
                layouts.add(BatchLayout.of(batch(lengths), shortestFar));
            }
            assertThat(layouts).hasSize(1);
        }
    }

    @Test
    void allRowsOfARecordedPassBelongToAnItem() {
        Random random = new Random(4);
        for (int n = 0; n < 200; n++) {
            int most = 1 + random.nextInt(200);
            PackedBatch batch =
                    batch(random.ints(1 + random.nextInt(12), 1, 1 + most).toArray());
            BatchLayout layout = BatchLayout.of(batch, 1);
            int covered = batch.totalTokens() > RecordedPasses.MOST_TOKENS
                    ? batch.totalTokens()
                    : layout.rows();
            assertThat(rows(BatchLayout.smallItems(batch), 64)).isEqualTo(covered);
            assertThat(rows(BatchLayout.largeItems(batch), 128)).isEqualTo(covered);
            assertThat(rows(layout.farItems(batch), WorkShares.FAR_UNIT)).isEqualTo(covered);
            assertThat(BatchLayout.smallItems(batch).length / 4)
                    .isLessThanOrEqualTo(layout.smallItems());
            assertThat(BatchLayout.largeItems(batch).length / 4)
                    .isLessThanOrEqualTo(layout.largeItems());
            assertThat(layout.farItems(batch).length / 4).isLessThanOrEqualTo(layout.farItems());
        }
    }

    private static int rows(int[] items, int tile) {
        int rows = 0;
        for (int i = 0; i < items.length; i += 4) {
            rows += Math.min(tile, items[i + 1] - items[i + 2]);
        }
        return rows;
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
}
