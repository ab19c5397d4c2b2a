package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/**
 * What attention kernels differ by.
 *
 * @param contentToPosition whether queries are multiplied with KR
 * @param positionToContent whether keys are multiplied with QR
 * @param buckets the rows of KR and QR; null without both
 */
record AttentionShape(
        int heads,
        int headSize,
        boolean contentToPosition,
        boolean positionToContent,
        @Nullable RelativeBuckets buckets) {}
