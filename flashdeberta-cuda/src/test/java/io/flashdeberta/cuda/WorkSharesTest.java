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

/** The shares of a batch as they lie on the GPU. */
class WorkSharesTest {

    private static final RelativeBuckets PUBLISHED = new RelativeBuckets(256, 512);
    private static final int TILES = 0;
    private static final int SLOT = 3;

    /** A thread's 36 numbers. */
    private static final long BYTES_OF_PART = 36 * 32 * Float.BYTES;

    private static PackedBatch batch(int... lengths) {
        List<int[]> ids = Arrays.stream(lengths).mapToObj(int[]::new).toList();
        return PackedBatch.of(ids, ids);
    }

    private static PackedBatch equal(int length, int sequences) {
        return batch(IntStream.generate(() -> length).limit(sequences).toArray());
    }

    private static BatchLayout layout(WorkShares work, PackedBatch batch) {
        return BatchLayout.of(batch, work.shortestFar());
    }

    /** Of each block the tiles. */
    private static int[] near(WorkShares work, PackedBatch batch) {
        BatchLayout layout = layout(work, batch);
        int[] numbers = work.of(work.units(batch, layout));
        return IntStream.range(0, work.nearBlocks(layout))
                .map(block -> numbers[Share.NUMBERS * block + TILES])
                .toArray();
    }

    private static int[] far(WorkShares work, PackedBatch batch) {
        BatchLayout layout = layout(work, batch);
        int[] numbers = work.of(work.units(batch, layout));
        assertThat(numbers.length).isLessThanOrEqualTo(work.mostNumbers());
        return IntStream.range(0, work.farBlocks(layout))
                .map(block -> numbers[work.farSharesAt(layout) + Share.NUMBERS * block + TILES])
                .toArray();
    }

    private static int sum(int[] tiles) {
        return Arrays.stream(tiles).sum();
    }

    /** Near tiles by comparing all rows of a tile, where not all are near. */
    private static int nearTiles(int length) {
        int near = 0;
        for (int query = 0; query < length; query += Saturation.UNIT) {
            for (int key = 0; key < length; key += Saturation.TILE) {
                int lowest = PUBLISHED.row(query - key - Saturation.TILE + 1);
                int highest = PUBLISHED.row(query + Saturation.UNIT - 1 - key);
                boolean apart = length >= Saturation.of(PUBLISHED).shortestFar();
                near += !apart || (lowest < PUBLISHED.rows() - 1 && highest > 0) ? 1 : 0;
            }
        }
        return near;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 131, 132})
    void allNearTilesAreDivided(int blocks) {
        int[] lengths = new Random(5).ints(40, 1, 1500).toArray();
        // Without rows that rounding adds.
        lengths[0] += Rounding.rows(Arrays.stream(lengths).sum())
                - Arrays.stream(lengths).sum();
        WorkShares work = new WorkShares(12, PUBLISHED, blocks);
        int expected =
                12 * Arrays.stream(lengths).map(WorkSharesTest::nearTiles).sum();
        assertThat(sum(near(work, batch(lengths)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"512,16,132", "512,32,132", "128,22,132", "128,44,132"})
    void equalUnitsThatCanBeDividedEquallyStayWhole(int length, int sequences, int blocks) {
        WorkShares work = new WorkShares(12, PUBLISHED, blocks);
        int tiles = Rounding.blocks(length, Saturation.TILE);
        for (int block : near(work, equal(length, sequences))) {
            assertThat(block % tiles).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"512,1", "1024,1", "2048,4", "4096,1"})
    void unitsAreDividedWhereBlocksWouldWait(int length, int sequences) {
        WorkShares work = new WorkShares(12, PUBLISHED, 132);
        int[] tiles = near(work, equal(length, sequences));
        int most = Arrays.stream(tiles).max().orElseThrow();
        assertThat(most).isLessThan(sum(tiles) / 264 + 5);
    }

    @Test
    void farTilesAreDividedToo() {
        WorkShares work = new WorkShares(16, PUBLISHED, 132);
        int[] tiles = far(work, batch(4096));
        int mean = Arrays.stream(tiles).sum() / 132;
        assertThat(tiles).hasSize(132);
        assertThat(Arrays.stream(tiles).max().orElseThrow()).isLessThan(mean + 12);
        assertThat(far(work, equal(512, 8))).isEmpty();
    }

    @Test
    void withoutPositionsAllIsFar() {
        PackedBatch batch = batch(3, 509);
        WorkShares work = new WorkShares(2, null, 132);
        assertThat(near(work, batch)).isEmpty();
        assertThat(Arrays.stream(far(work, batch)).sum()).isEqualTo(2 * (1 + 3 * 4));
    }

    @Test
    void thereIsRoomForAllParts() {
        Random random = new Random(8);
        for (int n = 0; n < 200; n++) {
            int heads = 1 + random.nextInt(24);
            WorkShares work = new WorkShares(heads, PUBLISHED, 1 + random.nextInt(132));
            PackedBatch batch =
                    batch(random.ints(1 + random.nextInt(6), 1, 4000).toArray());
            BatchLayout layout = layout(work, batch);
            int[] numbers = work.of(work.units(batch, layout));
            int farAt = work.farSharesAt(layout);
            for (int at = 0; at < numbers.length; at += Share.NUMBERS) {
                int warps = at < farAt ? 8 : 12;
                int flags = (numbers[at + SLOT] + 1) * warps;
                assertThat(flags).isLessThanOrEqualTo(work.mostFlags());
                assertThat(flags * BYTES_OF_PART).isLessThanOrEqualTo(work.partBytes(layout));
            }
        }
    }

    @Test
    void blocksAreNoMoreThanWhatThereIsToDo() {
        BatchLayout layout = new BatchLayout(128, 4, 4, 4, 1);
        assertThat(new WorkShares(2, PUBLISHED, 132).nearBlocks(layout)).isEqualTo(8);
        assertThat(new WorkShares(64, PUBLISHED, 132).nearBlocks(layout)).isEqualTo(256);
        assertThat(new WorkShares(96, PUBLISHED, 132).nearBlocks(layout)).isEqualTo(264);
        assertThat(new WorkShares(64, null, 132).farBlocks(layout)).isEqualTo(132);
    }
}
