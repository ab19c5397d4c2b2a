package io.flashdeberta.cuda;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What of a batch its division among blocks depends on.
 *
 * @param nearTiles tiles near each unit of a head
 * @param nearBlocks blocks for them
 * @param farTiles tiles far from each unit of a head
 * @param farBlocks blocks for them
 */
record WorkUnits(int[] nearTiles, int nearBlocks, int[] farTiles, int farBlocks) {

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorkUnits o
                && o.nearBlocks == nearBlocks
                && o.farBlocks == farBlocks
                && Arrays.equals(o.nearTiles, nearTiles)
                && Arrays.equals(o.farTiles, farTiles);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(nearTiles) + Arrays.hashCode(farTiles);
    }
}
