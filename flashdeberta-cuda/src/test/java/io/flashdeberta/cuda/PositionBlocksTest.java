package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.RelativeBuckets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables by distance, read as the kernel reads them: tile by tile, two blocks for each 64 queries. */
class PositionBlocksTest {

    private static final int TILE = 64;

    /** The block that stands for one which lies beyond. */
    private static int inside(PositionBlocks tables, int block) {
        return Math.max(0, Math.min(tables.blocks() - 1, block));
    }

    @ParameterizedTest
    @CsvSource({"256,512", "64,512", "32,64", "8,32", "-1,24", "-1,100", "-1,64", "256,1024"})
    void aTilesDistancesAreInItsTwoBlocks(int count, int greatest) {
        RelativeBuckets buckets = new RelativeBuckets(count, greatest);
        PositionBlocks tables = PositionBlocks.of(buckets);
        int[] rising = tables.rising(buckets).sources();
        int[] falling = tables.falling(buckets).sources();
        int[] rowOfColumn = new int[TILE];
        for (int p = 0; p < TILE; p++) {
            rowOfColumn[PositionBlocks.column(p)] = p;
        }
        for (int distance = -40 * TILE; distance <= 40 * TILE; distance += TILE) {
            int firstRising = (distance + tables.reach()) / TILE - 1;
            int firstFalling = (tables.reach() - distance) / TILE - 1;
            for (int query = 0; query < TILE; query++) {
                for (int key = 0; key < TILE; key++) {
                    int row = buckets.row(distance + query - key);
                    int up = query - key + TILE;
                    int block = inside(tables, firstRising + up / TILE);
                    assertThat(rising[TILE * block + up % TILE]).isEqualTo(row);
                    int down = key - query + TILE;
                    block = inside(tables, firstFalling + down / TILE);
                    assertThat(falling[TILE * block + rowOfColumn[down % TILE]]).isEqualTo(row);
                }
            }
        }
    }

    @Test
    void everyColumnHasARow() {
        assertThat(IntStream.range(0, TILE).map(PositionBlocks::column).sorted().toArray())
                .isEqualTo(IntStream.range(0, TILE).toArray());
    }

    /** The far kernel reads the outermost rows. */
    @Test
    void theOutermostBlocksAreSaturated() {
        RelativeBuckets buckets = new RelativeBuckets(256, 512);
        PositionBlocks tables = PositionBlocks.of(buckets);
        int[] rising = tables.rising(buckets).sources();
        int[] falling = tables.falling(buckets).sources();
        int last = 2 * (512 + TILE) - TILE;
        assertThat(rising).hasSize(last + TILE);
        assertThat(falling).hasSize(last + TILE);
        for (int i = 0; i < TILE; i++) {
            assertThat(rising[i]).isZero();
            assertThat(rising[last + i]).isEqualTo(buckets.rows() - 1);
            assertThat(falling[i]).isEqualTo(buckets.rows() - 1);
            assertThat(falling[last + i]).isZero();
        }
    }
}
