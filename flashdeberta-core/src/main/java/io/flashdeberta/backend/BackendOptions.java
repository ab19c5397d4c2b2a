package io.flashdeberta.backend;

/**
 * What a backend is opened with.
 *
 * @param deviceIndex which of several devices of its kind, from 0
 * @param attention how attention is computed
 * @param threads CPU threads of one forward pass, ≥ 1
 */
public record BackendOptions(int deviceIndex, AttentionKind attention, int threads) {

    public BackendOptions {
        if (deviceIndex < 0 || threads < 1) {
            throw new IllegalArgumentException("Device index " + deviceIndex + " and " + threads
                    + " threads; expected an index ≥ 0 and at least one thread.");
        }
    }
}
