package io.flashdeberta.cuda;

import java.util.Arrays;

/**
 * What kernels are compiled for.
 *
 * @param name {@code sm_90a} for a GPU's own instructions, {@code compute_90} for code that the driver translates
 * @param binary whether it is the former
 */
record Architecture(String name, boolean binary) {

    /** Its instructions for asynchronous matrix products exist on no other GPU, newer ones included. */
    private static final int HOPPER = 90;

    /**
     * The best that the compiler knows for a GPU.
     *
     * @param supported what the compiler knows, as in 75, 80, …
     */
    static Architecture of(Gpu gpu, int[] supported) {
        int own = gpu.major() * 10 + gpu.minor();
        int sameFamily = Arrays.stream(supported)
                .filter(known -> known / 10 == gpu.major() && known <= own)
                .max()
                .orElse(0);
        if (sameFamily > 0) {
            return new Architecture("sm_" + sameFamily + (own == HOPPER ? "a" : ""), true);
        }
        int older = Arrays.stream(supported)
                .filter(known -> known <= own)
                .max()
                .orElseThrow(() -> new CudaException(
                        "NVRTC compiles for none of the GPUs up to compute capability "
                                + gpu.capability() + ", only for " + Arrays.toString(supported)
                                + ". Install another version of CUDA 13."));
        return new Architecture("compute_" + older, false);
    }
}
