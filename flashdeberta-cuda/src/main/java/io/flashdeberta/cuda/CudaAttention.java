package io.flashdeberta.cuda;

import io.flashdeberta.backend.Attention;

import org.jspecify.annotations.Nullable;

/**
 * One layer's attention.
 *
 * @param keyPositions KR as the kernel wants it, or null
 * @param queryPositions QR as the kernel wants it, or null
 * @param distances the rows of KR and QR by distance; null without positions, or if the kernel does not look them up
 * @param kernel what computes it
 */
record CudaAttention(
        int heads,
        int headSize,
        float scale,
        DeviceMemory.@Nullable Block keyPositions,
        DeviceMemory.@Nullable Block queryPositions,
        @Nullable DistanceTable distances,
        AttentionKernel kernel)
        implements Attention {

    int size() {
        return heads * headSize;
    }

    long keyPositionsAddress() {
        return CudaEmbeddings.address(keyPositions);
    }

    long queryPositionsAddress() {
        return CudaEmbeddings.address(queryPositions);
    }

    /** The table, its first and last distance and the rows of KR and QR, as kernels take them. */
    void passDistances(Launch launch) {
        launch.with(distances == null ? 0L : distances.table().address())
                .with(distances == null ? 0 : distances.first())
                .with(distances == null ? 0 : distances.last())
                .with(distances == null ? 0 : distances.rows());
    }

    /** The table of pairs with its middle, and its first and last distance, as the tensor-core kernels take them. */
    void passPairs(Launch launch) {
        launch.with(distances == null ? 0L : distances.table().address())
                .with(distances == null ? 0 : distances.length() / 2)
                .with(distances == null ? 0 : distances.first())
                .with(distances == null ? 0 : distances.last());
    }

    @Override
    public void close() {
        if (keyPositions != null) {
            keyPositions.close();
        }
        if (queryPositions != null) {
            queryPositions.close();
        }
        if (distances != null) {
            distances.table().close();
        }
    }
}
