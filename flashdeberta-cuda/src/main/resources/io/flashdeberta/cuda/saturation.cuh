// Which key tiles of 64 are near a unit of 128 queries: those in which some query's and key's distance has a bucket of its own.
// All on the left of them have one bucket, that of great distances, and all on the right that of small ones.
#pragma once

constexpr int SATURATION_TILE = 64, SATURATION_UNIT = 128;

__device__ __forceinline__ int tiles_of(int length) { return (length + SATURATION_TILE - 1) / SATURATION_TILE; }

// The first near tile of the unit that begins with a query, of a sequence of so many tiles; last: the smallest distance from which
// on all greater ones have one bucket.
__device__ __forceinline__ int near_from(int query, int tiles, int last) {
    const int saturated = query - (SATURATION_TILE - 1) - last;
    return saturated < 0 ? 0 : min(tiles, saturated / SATURATION_TILE + 1);
}

// The tile behind its last near one; first: the greatest distance from which on all smaller ones have one bucket.
__device__ __forceinline__ int near_to(int query, int tiles, int first) {
    return min(tiles, (query + SATURATION_UNIT - 1 + SATURATION_TILE - 1 - first) / SATURATION_TILE);
}
