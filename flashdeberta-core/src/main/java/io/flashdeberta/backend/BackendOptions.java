package io.flashdeberta.backend;

/**
 * What a backend is opened with.
 *
 * @param deviceIndex which of several devices of its kind, from 0
 * @param attention how attention is computed
 * @param precision what it computes with
 * @param threads CPU threads of one forward pass, ≥ 1
 * @param memoryLimit bytes of its own memory that a GPU may use for one model, or 0 for all there is
 */
public record BackendOptions(
        int deviceIndex,
        AttentionKind attention,
        Precision precision,
        int threads,
        long memoryLimit) {

    public BackendOptions {
        if (deviceIndex < 0 || threads < 1 || memoryLimit < 0) {
            throw new IllegalArgumentException("Device index " + deviceIndex + ", " + threads
                    + " threads and a memory limit of " + memoryLimit
                    + " bytes; expected an index ≥ 0, at least one thread and a limit ≥ 0.");
        }
    }

    /** The first device of its kind with the precision that suits it and all its memory. */
    public static BackendOptions of(AttentionKind attention, int threads) {
        return new BackendOptions(0, attention, Precision.AUTO, threads, 0);
    }

    public BackendOptions withDeviceIndex(int index) {
        return new BackendOptions(index, attention, precision, threads, memoryLimit);
    }

    public BackendOptions withPrecision(Precision other) {
        return new BackendOptions(deviceIndex, attention, other, threads, memoryLimit);
    }

    public BackendOptions withMemoryLimit(long bytes) {
        return new BackendOptions(deviceIndex, attention, precision, threads, bytes);
    }
}
