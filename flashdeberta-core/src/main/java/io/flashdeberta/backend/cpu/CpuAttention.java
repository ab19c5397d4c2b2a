package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/**
 * One layer's attention.
 *
 * @param keyPositions KR as the kernel wants it, or null
 * @param queryPositions QR as the kernel wants it, or null
 * @param buckets the rows of KR and QR; null without positions
 */
record CpuAttention(
        int heads,
        int headSize,
        float scale,
        NativeMemory.@Nullable Block keyPositions,
        NativeMemory.@Nullable Block queryPositions,
        @Nullable RelativeBuckets buckets)
        implements Attention {

    int size() {
        return heads * headSize;
    }

    @Override
    public void close() {
        if (keyPositions != null) {
            keyPositions.close();
        }
        if (queryPositions != null) {
            queryPositions.close();
        }
    }
}
