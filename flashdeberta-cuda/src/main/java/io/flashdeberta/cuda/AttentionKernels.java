package io.flashdeberta.cuda;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kernels for flash attention, fastest first: a layer takes the first that is made for its GPU, type and shape. */
final class AttentionKernels {

    /** The first kernel to try, one of {@code hopper}, {@code mma} and {@code simt}; those after it are tried next. */
    private static final String FIRST = "flashdeberta.cuda.flash-kernel";

    private static final List<String> NAMES = List.of("hopper", "mma", "simt");

    private AttentionKernels() {}

    /** Chooses one. */
    interface Choice {

        /** @param shares how layers that were loaded before divide their work, if they do: they all share one place for it */
        AttentionKernel choose(
                Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares);
    }

    /** @throws CudaException if the first kernel is set to something else */
    static Choice configured() {
        String first = System.getProperty(FIRST, NAMES.get(0));
        return switch (NAMES.indexOf(first)) {
            case 0 -> AttentionKernels::hopper;
            case 1 -> AttentionKernels::mma;
            case 2 -> AttentionKernels::simt;
            default ->
                throw new CudaException(FIRST + " is '" + first + "', not one of " + NAMES + ".");
        };
    }

    private static AttentionKernel hopper(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        AttentionKernel hopper = HopperAttention.of(gpu, type, shape);
        return hopper == null || (shares != null && !shares.equals(hopper.shares()))
                ? mma(gpu, type, shape, shares)
                : hopper;
    }

    private static AttentionKernel mma(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        AttentionKernel mma = MmaAttention.of(gpu, type, shape);
        return mma == null ? simt(gpu, type, shape, shares) : mma;
    }

    private static AttentionKernel simt(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        return new SimtAttention(type, shape);
    }
}
