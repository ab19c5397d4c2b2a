package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/** The kernels for flash attention, the fastest first. */
enum FlashKernel {
    HOPPER,
    MMA,
    SIMT;

    /** What fills the pieces that tensor cores and copies work with. */
    private static final int HEAD_UNIT = 8;

    private static final int HOPPER_MAJOR = 9;
    private static final int TURING_MAJOR = 7;
    private static final int TURING_MINOR = 5;
    private static final int AMPERE_MAJOR = 8;

    /** @param buckets null without position terms */
    boolean fits(Gpu gpu, NumberType type, int headSize, @Nullable RelativeBuckets buckets) {
        boolean pieces = type != NumberType.FLOAT && headSize % HEAD_UNIT == 0;
        return switch (this) {
            case HOPPER ->
                pieces
                        && gpu.major() == HOPPER_MAJOR
                        && gpu.minor() == 0
                        && gpu.sharedMemory() >= HopperAttention.SHARED_BYTES
                        && headSize <= HopperAttention.LARGEST_HEAD
                        && (buckets == null || new HopperTables(buckets).fit());
            case MMA ->
                pieces
                        && (type == NumberType.BFLOAT
                                ? gpu.atLeast(AMPERE_MAJOR, 0)
                                : gpu.atLeast(TURING_MAJOR, TURING_MINOR))
                        && headSize <= MmaAttention.LARGEST_HEAD
                        && gpu.sharedMemory() >= MmaAttention.sharedBytes(headSize);
            case SIMT -> true;
        };
    }
}
