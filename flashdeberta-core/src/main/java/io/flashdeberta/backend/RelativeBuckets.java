package io.flashdeberta.backend;

import org.jspecify.annotations.Nullable;

/**
 * The map from a distance {@code r = i − j} to a row of the position tables: exact near the diagonal, logarithmic beyond,
 * constant from {@link #last()} and {@link #first()} on. As in DeBERTa (He et al., 2021, arXiv:2006.03654) and its published
 * implementation, which rounds to {@code float}; double arithmetic gives the same rows.
 */
public final class RelativeBuckets {

    private final int span;
    private final int buckets;
    private final int maxDistance;
    private final int first;
    private final int last;

    /**
     * @param buckets number of buckets in each direction, or ≤ 0 for none: every distance its own row
     * @param maxDistance distances beyond this share a row, ≥ 1
     */
    public RelativeBuckets(int buckets, int maxDistance) {
        if (maxDistance < 1) {
            throw new IllegalArgumentException(
                    "The greatest relative distance is " + maxDistance + "; expected ≥ 1.");
        }
        if (buckets > 0 && (buckets < 4 || maxDistance - 1 <= buckets / 2)) {
            throw new IllegalArgumentException(
                    "position_buckets " + buckets + " with a greatest relative distance of "
                            + maxDistance
                            + "; expected at least 4 buckets and a distance above position_buckets / 2 + 1.");
        }
        this.buckets = buckets;
        this.maxDistance = maxDistance;
        this.span = buckets > 0 ? buckets : maxDistance;
        this.last = firstDistanceOf(rows() - 1, 1);
        this.first = -firstDistanceOf(0, -1);
    }

    /** Rows of a position table: {@code 2·span}. */
    public int rows() {
        return 2 * span;
    }

    /** Smallest distance from which on every greater one has the last row. */
    public int last() {
        return last;
    }

    /** Greatest (negative) distance from which on every smaller one has row 0. */
    public int first() {
        return first;
    }

    /** The row for distance {@code r = i − j}, in {@code [0, rows())}. */
    public int row(int r) {
        int bucket = buckets > 0 ? logBucket(r) : r;
        return Math.max(0, Math.min(rows() - 1, bucket + span));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RelativeBuckets o
                && o.buckets == buckets
                && o.maxDistance == maxDistance;
    }

    @Override
    public int hashCode() {
        return 31 * buckets + maxDistance;
    }

    private int logBucket(int r) {
        int middle = buckets / 2;
        int distance = Math.abs(r);
        if (distance <= middle) {
            return r;
        }
        double position = Math.log((double) distance / middle)
                / Math.log((maxDistance - 1.0) / middle)
                * (middle - 1);
        return Integer.signum(r) * ((int) Math.ceil(position) + middle);
    }

    private int firstDistanceOf(int row, int sign) {
        int low = 0;
        int high = 1;
        while (row(sign * high) != row) {
            low = high;
            high = Math.multiplyExact(high, 2);
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (row(sign * middle) == row) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }
}
