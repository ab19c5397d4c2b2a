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
import org.junit.jupiter.params.provider.ValueSource;

/** How attention's units are divided among blocks. */
class WorkSharesTest {

    private static final RelativeBuckets PUBLISHED = new RelativeBuckets(256, 512);

    private static int[] items(int... lengths) {
        List<int[]> ids = Arrays.stream(lengths).mapToObj(int[]::new).toList();
        return WorkItems.of(PackedBatch.of(ids, ids), 0, BatchLayout.LARGE_TILE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 131, 132})
    void everyUnitBelongsToOneBlock(int blocks) {
        int[] items = items(new Random(5).ints(40, 1, 900).toArray());
        int[] shares = WorkShares.of(12, PUBLISHED, 132).of(items, blocks);
        assertThat(shares).hasSize(blocks + 1).isSorted().startsWith(0);
        assertThat(shares[blocks]).isEqualTo(12 * items.length / WorkItems.NUMBERS);
    }

    @Test
    void equalUnitsAreDividedEqually() {
        int[] lengths = IntStream.generate(() -> 128).limit(22).toArray();
        int[] shares = WorkShares.of(12, PUBLISHED, 132).of(items(lengths), 132);
        for (int block = 0; block < 132; block++) {
            assertThat(shares[block + 1] - shares[block]).isEqualTo(2);
        }
    }

    @Test
    void aLongSequenceCountsForMoreThanShortOnes() {
        int[] lengths = IntStream.generate(() -> 64).limit(64).toArray();
        lengths[0] = 128 * 64;
        int[] shares = WorkShares.of(1, PUBLISHED, 8).of(items(lengths), 8);
        int first = shares[1];
        int last = shares[8] - shares[7];
        assertThat(first).isLessThan(last);
    }

    @Test
    void blocksAreNoMoreThanUnits() {
        BatchLayout layout = new BatchLayout(128, 4, 4);
        assertThat(WorkShares.of(2, PUBLISHED, 132).blocks(layout)).isEqualTo(8);
        assertThat(WorkShares.of(64, null, 132).blocks(layout)).isEqualTo(132);
    }
}
