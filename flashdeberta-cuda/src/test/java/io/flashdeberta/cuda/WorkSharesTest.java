package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How attention's units are divided among blocks. */
class WorkSharesTest {

    private static final Saturation PUBLISHED = Saturation.of(new RelativeBuckets(256, 512));

    private static PackedBatch batch(int... lengths) {
        List<int[]> ids = Arrays.stream(lengths).mapToObj(int[]::new).toList();
        return PackedBatch.of(ids, ids);
    }

    private static int[] near(WorkShares division, PackedBatch batch, BatchLayout layout) {
        return Arrays.copyOf(division.of(batch, layout), division.nearBlocks(layout) + 1);
    }

    private static int[] far(WorkShares division, PackedBatch batch, BatchLayout layout) {
        int from = division.nearBlocks(layout) + 1;
        return Arrays.copyOfRange(
                division.of(batch, layout), from, from + division.farBlocks(layout) + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 131, 132})
    void everyUnitBelongsToOneBlock(int blocks) {
        PackedBatch batch = batch(new Random(5).ints(40, 1, 1500).toArray());
        WorkShares division = new WorkShares(12, PUBLISHED, blocks);
        BatchLayout layout = BatchLayout.of(batch, division.shortestFar());
        int[] near = near(division, batch, layout);
        assertThat(near).hasSize(blocks + 1).isSorted().startsWith(0);
        assertThat(near[blocks])
                .isEqualTo(12 * BatchLayout.largeItems(batch).length / WorkItems.NUMBERS);
        int[] far = far(division, batch, layout);
        assertThat(far).hasSize(blocks + 1).isSorted().startsWith(0);
        assertThat(far[blocks]).isEqualTo(12 * layout.farItems(batch).length / WorkItems.NUMBERS);
    }

    @ParameterizedTest
    @CsvSource({"128,22,132,2", "512,1,48,1", "640,3,60,3", "384,8,96,3", "192,2,24,2"})
    void equalUnitsAreDividedEqually(int length, int sequences, int blocks, int units) {
        PackedBatch batch =
                batch(IntStream.generate(() -> length).limit(sequences).toArray());
        WorkShares division = new WorkShares(12, PUBLISHED, blocks);
        BatchLayout layout = BatchLayout.of(batch, division.shortestFar());
        int[] near = near(division, batch, layout);
        for (int block = 0; block < blocks; block++) {
            assertThat(near[block + 1] - near[block]).isEqualTo(units);
        }
        assertThat(division.farBlocks(layout)).isZero();
    }

    @Test
    void aLongSequenceCountsForMoreThanShortOnes() {
        int[] lengths = IntStream.generate(() -> 64).limit(64).toArray();
        lengths[0] = 128 * 64;
        PackedBatch batch = batch(lengths);
        WorkShares division = new WorkShares(1, PUBLISHED, 8);
        BatchLayout layout = BatchLayout.of(batch, division.shortestFar());
        int[] near = near(division, batch, layout);
        assertThat(near[1]).isLessThan(near[8] - near[7]);
        int[] far = far(division, batch, layout);
        int middle = far[5] - far[4];
        assertThat(far[1]).isBetween(middle - 2, middle + 2);
    }

    @Test
    void withoutPositionsAllIsFar() {
        PackedBatch batch = batch(3, 509);
        WorkShares division = new WorkShares(2, null, 132);
        BatchLayout layout = BatchLayout.of(batch, division.shortestFar());
        assertThat(division.nearBlocks(layout)).isZero();
        int[] far = far(division, batch, layout);
        assertThat(far[division.farBlocks(layout)]).isEqualTo(8);
    }

    @Test
    void blocksAreNoMoreThanUnits() {
        BatchLayout layout = new BatchLayout(128, 4, 4, 4, 1);
        assertThat(new WorkShares(2, PUBLISHED, 132).nearBlocks(layout)).isEqualTo(8);
        assertThat(new WorkShares(64, null, 132).farBlocks(layout)).isEqualTo(132);
    }
}
