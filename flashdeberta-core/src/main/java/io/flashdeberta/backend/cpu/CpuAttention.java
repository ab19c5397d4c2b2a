package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/**
 * One layer's attention.
 *
 * @param keyPositions KR {@code [rows, heads·headSize]}, or null
 * @param queryPositions QR of the same shape, or null
 * @param distances the rows of KR and QR by distance; null without positions
 */
record CpuAttention(
        int heads,
        int headSize,
        float scale,
        NativeMemory.@Nullable Block keyPositions,
        NativeMemory.@Nullable Block queryPositions,
        @Nullable DistanceTable distances)
        implements Attention {

    int size() {
        return heads * headSize;
    }

    /** The rows of the position tables for every distance that is not saturated, and a block beyond. */
    static final class DistanceTable {

        private final RelativeBuckets buckets;
        private final int greatest;
        private final int[] rows;

        DistanceTable(RelativeBuckets buckets) {
            this.buckets = buckets;
            this.greatest = buckets.last() + FlashAttention.QUERIES;
            int smallest = buckets.first() - FlashAttention.QUERIES;
            this.rows = new int[greatest - smallest + 1];
            for (int t = 0; t < rows.length; t++) {
                rows[t] = buckets.row(greatest - t);
            }
        }

        RelativeBuckets buckets() {
            return buckets;
        }

        /** Rows by falling distance: {@code rows()[offset(r)]} is the row of distance {@code r}, the next that of r − 1. */
        int[] rows() {
            return rows;
        }

        int row(int distance) {
            return rows[offset(Math.max(buckets.first(), Math.min(buckets.last(), distance)))];
        }

        int offset(int distance) {
            return greatest - distance;
        }
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
