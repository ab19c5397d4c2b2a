package io.flashdeberta.cuda;

import io.flashdeberta.backend.LayerNorm;

/**
 * Scale and shift on the GPU, in fp32.
 *
 * @param program layer_norm.cu for rows of this size
 */
record CudaLayerNorm(
        int size,
        DeviceMemory.Block scale,
        DeviceMemory.Block shift,
        float epsilon,
        KernelProgram program)
        implements LayerNorm {

    @Override
    public void close() {
        scale.close();
        shift.close();
    }
}
