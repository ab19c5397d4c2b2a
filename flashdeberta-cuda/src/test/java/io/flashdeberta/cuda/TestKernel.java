package io.flashdeberta.cuda;

import org.jspecify.annotations.Nullable;

/** The kernels for flash attention, to be chosen by name. */
enum TestKernel {
    SIMT {
        @Override
        @Nullable
        AttentionKernel of(Gpu gpu, NumberType type, AttentionShape shape) {
            return new SimtAttention(type, shape);
        }
    },
    MMA {
        @Override
        @Nullable
        AttentionKernel of(Gpu gpu, NumberType type, AttentionShape shape) {
            return MmaAttention.of(gpu, type, shape);
        }
    },
    HOPPER {
        @Override
        @Nullable
        AttentionKernel of(Gpu gpu, NumberType type, AttentionShape shape) {
            return HopperAttention.of(gpu, type, shape);
        }
    };

    /** The kernel for a shape; null if it is none for it. */
    abstract @Nullable AttentionKernel of(Gpu gpu, NumberType type, AttentionShape shape);

    /** This one wherever it can be, else the next slower one. */
    AttentionKernel choose(
            Gpu gpu, NumberType type, AttentionShape shape, @Nullable WorkShares shares) {
        AttentionKernel kernel = of(gpu, type, shape);
        return kernel == null ? values()[ordinal() - 1].choose(gpu, type, shape, shares) : kernel;
    }
}
