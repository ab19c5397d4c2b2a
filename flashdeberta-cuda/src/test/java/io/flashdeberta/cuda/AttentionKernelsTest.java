package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.RelativeBuckets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which GPUs and models the tensor-core attention kernels take, and the tables that they are given. */
class AttentionKernelsTest {

    private static final int LARGE_SHARED = 227 << 10;

    private static Gpu gpu(int major, int minor, int sharedMemory) {
        return new Gpu(0, "a GPU", major, minor, 132, sharedMemory, 80L << 30);
    }

    private static HopperAttention hopper(
            Gpu gpu, NumberType type, int headSize, int buckets, int distance) {
        RelativeBuckets table = new RelativeBuckets(buckets, distance);
        return HopperAttention.of(gpu, type, new AttentionShape(12, headSize, true, true, table));
    }

    private static MmaAttention mma(Gpu gpu, NumberType type, int headSize) {
        RelativeBuckets table = new RelativeBuckets(256, 512);
        return MmaAttention.of(gpu, type, new AttentionShape(12, headSize, true, true, table));
    }

    @ParameterizedTest
    @CsvSource({"256,512", "64,512", "32,64", "-1,24", "-1,257", "512,1024", "-1,4032"})
    void hopperTakesTheseBuckets(int buckets, int distance) {
        assertThat(hopper(gpu(9, 0, LARGE_SHARED), NumberType.HALF, 64, buckets, distance))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"-1,4033", "256,8192", "-1,1073741823"})
    void hopperLeavesTheseBuckets(int buckets, int distance) {
        assertThat(hopper(gpu(9, 0, LARGE_SHARED), NumberType.HALF, 64, buckets, distance))
                .isNull();
    }

    @Test
    void hopperIsForHopperAndSmallHeadsIn16Bits() {
        Gpu hopper = gpu(9, 0, LARGE_SHARED);
        assertThat(hopper(hopper, NumberType.BFLOAT, 32, 256, 512)).isNotNull();
        assertThat(hopper(hopper, NumberType.FLOAT, 64, 256, 512)).isNull();
        assertThat(hopper(hopper, NumberType.HALF, 96, 256, 512)).isNull();
        assertThat(hopper(hopper, NumberType.HALF, 20, 256, 512)).isNull();
        assertThat(hopper(gpu(8, 0, 163 << 10), NumberType.HALF, 64, 256, 512)).isNull();
        assertThat(hopper(gpu(10, 0, LARGE_SHARED), NumberType.HALF, 64, 256, 512))
                .isNull();
    }

    @Test
    void mmaTakesTuringInFp16AndAmpereInBoth() {
        assertThat(mma(gpu(7, 5, 64 << 10), NumberType.HALF, 64)).isNotNull();
        assertThat(mma(gpu(7, 5, 64 << 10), NumberType.BFLOAT, 64)).isNull();
        assertThat(mma(gpu(7, 5, 64 << 10), NumberType.HALF, 128)).isNull();
        assertThat(mma(gpu(8, 6, 99 << 10), NumberType.BFLOAT, 128)).isNotNull();
        assertThat(mma(gpu(8, 6, 99 << 10), NumberType.HALF, 136)).isNull();
        assertThat(mma(gpu(8, 6, 99 << 10), NumberType.HALF, 20)).isNull();
    }

    @Test
    void pairsHoldTheRowsOfNeighbouringDistances() {
        RelativeBuckets buckets = new RelativeBuckets(256, 512);
        int[] pairs = DistanceTable.pairs(buckets, 700);
        assertThat(pairs).hasSize(1400);
        for (int r = -700; r < 700; r++) {
            assertThat(pairs[r + 700] & 0xFFFF).isEqualTo(buckets.row(r));
            assertThat(pairs[r + 700] >>> 16).isEqualTo(buckets.row(r - 1));
        }
    }
}
