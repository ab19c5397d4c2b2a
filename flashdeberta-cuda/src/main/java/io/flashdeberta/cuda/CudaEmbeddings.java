package io.flashdeberta.cuda;

import io.flashdeberta.backend.Embeddings;

import org.jspecify.annotations.Nullable;

/**
 * The embedding tables on the GPU.
 *
 * @param words {@code [vocabulary, size]}
 * @param positions {@code [maxPositions, size]}, or null
 * @param types {@code [types, size]}, or null
 * @param program embedding.cu for rows of this size
 */
record CudaEmbeddings(
        int vocabulary,
        int size,
        DeviceMemory.Block words,
        DeviceMemory.@Nullable Block positions,
        DeviceMemory.@Nullable Block types,
        @Nullable CudaLinear projection,
        CudaLayerNorm norm,
        KernelProgram program)
        implements Embeddings {

    /** A table's address, or 0. */
    static long address(DeviceMemory.@Nullable Block table) {
        return table == null ? 0 : table.address();
    }

    @Override
    public void close() {
        words.close();
        if (positions != null) {
            positions.close();
        }
        if (types != null) {
            types.close();
        }
        if (projection != null) {
            projection.close();
        }
        norm.close();
    }
}
