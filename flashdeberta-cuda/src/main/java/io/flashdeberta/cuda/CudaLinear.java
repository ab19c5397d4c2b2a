package io.flashdeberta.cuda;

import io.flashdeberta.backend.Linear;

import org.jspecify.annotations.Nullable;

/**
 * A linear layer's weights on the GPU.
 *
 * @param weights {@code [outputs, inputs]}
 * @param bias {@code [outputs]}, or null
 */
record CudaLinear(
        int inputs,
        int outputs,
        NumberType type,
        DeviceMemory.Block weights,
        DeviceMemory.@Nullable Block bias)
        implements Linear {

    /** The bias, or 0. */
    long biasAddress() {
        return bias == null ? 0 : bias.address();
    }

    @Override
    public void close() {
        weights.close();
        if (bias != null) {
            bias.close();
        }
    }
}
