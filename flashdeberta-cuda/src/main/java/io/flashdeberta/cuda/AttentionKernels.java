package io.flashdeberta.cuda;

import org.jspecify.annotations.Nullable;

/** The kernels for flash attention. */
final class AttentionKernels {

    /** Whether attention may use tensor cores: off until its tests have passed on a GPU from here. */
    private static final String TENSOR_CORES = "flashdeberta.cuda.tensor-cores";

    private AttentionKernels() {}

    /** Chooses one. */
    interface Choice {

        /** @param shares how layers that were loaded before divide their work, if they do: they all share one place for it */
        AttentionKernel choose(
                Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares);
    }

    /** What this version trusts. */
    static Choice trusted() {
        return Boolean.getBoolean(TENSOR_CORES)
                ? AttentionKernels::fastest
                : AttentionKernels::simt;
    }

    static AttentionKernel fastest(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        AttentionKernel hopper = HopperAttention.of(gpu, type, shape);
        return hopper == null || (shares != null && !shares.equals(hopper.shares()))
                ? portable(gpu, type, shape, shares)
                : hopper;
    }

    /** The fastest that is not for one kind of GPU alone. */
    static AttentionKernel portable(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        AttentionKernel mma = MmaAttention.of(gpu, type, shape);
        return mma == null ? simt(gpu, type, shape, shares) : mma;
    }

    static AttentionKernel simt(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        return new SimtAttention(type, shape);
    }
}
