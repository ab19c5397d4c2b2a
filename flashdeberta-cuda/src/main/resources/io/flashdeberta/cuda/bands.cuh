// Position terms of a tile of 64 queries and 64 keys near the diagonal: bands, the products of the queries or of the keys with the rows of
// a position table that can occur in the tile, stored in a warpgroup's scratch and gathered along the diagonals from there.
#pragma once
#include "hopper.cuh"
#include "pairs.cuh"
#include "wgmma.cuh"

constexpr int STRIDE = 88;  // of the scratch, in values: what a warp stores of a diagonal band fits a row

// What a warp needs to know of a tile's positions. The products have columns for the table rows from window on.
struct Positions {
    int window, kind;
    unsigned queryBlocks, keyBlocks;  // of 8 columns: bit n is set where the warp's queries, or its keys, need block n
};

// DIAGONAL: every distance has a row of its own, and a block a fixed place. NARROW: few enough columns for all to be stored.
// WIDE: others; OVERLAPPING: of them those with more columns than a row of the scratch, which reach into the next rows.
enum Kind { DIAGONAL, NARROW, WIDE, OVERLAPPING };

#if BF16
constexpr int PIECE = 32, NARROW_COLUMNS = 32;  // columns of a product at a time; those that are stored without a look
#else
constexpr int PIECE = 64, NARROW_COLUMNS = 56;
#endif

// distances[r]: the table rows of r and r - 1.
__device__ __forceinline__ int row_of(const unsigned *distances, int r) { return distances[r] & 0xFFFF; }
__device__ __forceinline__ unsigned blocks(int from, int to) { return (2u << (to >> 3)) - (1u << (from >> 3)); }

// Of the tile at a distance from a group's queries, and the 16 queries and keys of a warp.
__device__ __forceinline__ Positions positions_at(const unsigned *distances, int distance, int warp, int tableRows) {
    const int w = 16 * warp;
    const int lowest = row_of(distances, distance - 63), highest = row_of(distances, distance + 63);
    const int window = min(lowest & ~7, tableRows - 56), width = highest - window + 1;
    Positions p;
    p.window = window;
    p.kind = highest - lowest == 126 ? DIAGONAL : width <= NARROW_COLUMNS ? NARROW : width <= STRIDE ? WIDE : OVERLAPPING;
    p.queryBlocks = blocks(row_of(distances, distance + w - 63) - window, row_of(distances, distance + w + 15) - window);
    p.keyBlocks = blocks(row_of(distances, distance - w - 15) - window, row_of(distances, distance + 63 - w) - window);
    return p;
}

// On the diagonal the warp's queries need blocks 2w to 2w + 9, and its keys those that the queries of warp 3 - w do.
__device__ __forceinline__ bool needed_on_diagonal(int block, int w) { return block / 2 >= w && block / 2 <= w + 4; }

// The product of Q or of the key tile with N position rows: started, then blocks of it stored as 16-bit values.
template <int N> struct Band {
#if BF16
    float sums[N / 2];
#else
    unsigned sums[N / 4];
#endif

    template <typename A> __device__ __forceinline__ void start(A a, unsigned rows) {
        u64 b = descriptor(rows);
        fence_registers();
#pragma unroll
        for (int k = 0; k < 4; k++) positions(sums, part(a, k), b + 2 * k, k);
        commit();
    }

    template <typename Needed> __device__ __forceinline__ void store(unsigned scratch, Needed needed) {
        pin(sums);
#pragma unroll
        for (int n = 0; n < N / 8; n++) {
            if (needed(n)) {
#pragma unroll
                for (int h = 0; h < 2; h++) {
#if BF16
                    const unsigned pair = pack(sums[4 * n + 2 * h], sums[4 * n + 2 * h + 1]);
#else
                    const unsigned pair = sums[2 * n + h];
#endif
                    store_shared(scratch + n * 16 + h * 8 * STRIDE * 2, pair);
                }
            }
        }
    }
};

// Bands of 128 columns, the next piece while the last one is stored.
template <typename A, typename Needed>
__device__ __forceinline__ void store_wide(A a, unsigned rows, unsigned scratch, Needed needed) {
#pragma unroll
    for (int column = 0; column < 128; column += 2 * PIECE) {
        Band<PIECE> first, second;
        first.start(a, rows + column * 128);
        second.start(a, rows + (column + PIECE) * 128);
        wait_products<1>();
        first.store(scratch + column * 2, [&](int n) { return needed(column / 8 + n); });
        wait_products<0>();
        second.store(scratch + (column + PIECE) * 2, [&](int n) { return needed((column + PIECE) / 8 + n); });
    }
}

// Element (n, h, e) of a thread lies h*8 - n*8 - e further along the distances than its first, and there in its row of the band.
template <bool KEYS_SIDE> __device__ constexpr int row_offset(int n, int h, int e) {
    return 2 * ((KEYS_SIDE ? (8 * n + e) : 8 * h) * STRIDE);
}

// Reads a thread's elements of the band, pairs (e = 0, 1) packed: along the diagonal.
template <bool KEYS_SIDE> __device__ __forceinline__ void gather_diagonal(unsigned (&bias)[16], unsigned from) {
#pragma unroll
    for (int n = 0; n < 8; n++) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            // The band of each warp's keys begins 16 columns before the last one's.
            const unsigned at = from + 2 * (8 * h - 8 * n + (KEYS_SIDE ? 16 * (n >> 1) : 0));
            bias[2 * n + h] = load_shared_half(at + row_offset<KEYS_SIDE>(n, h, 0))
                    | load_shared_half(at + row_offset<KEYS_SIDE>(n, h, 1) - 2) << 16;
        }
    }
}

// The table rows of a thread's elements: rows[7 + m] holds both of those with h - n = m.
__device__ __forceinline__ void look_up(unsigned (&rows)[9], const unsigned *distances) {
#pragma unroll
    for (int m = -7; m < 2; m++) rows[7 + m] = distances[8 * m];
}
template <bool KEYS_SIDE>
__device__ __forceinline__ void gather_looked_up(unsigned (&bias)[16], unsigned from, const unsigned (&rows)[9]) {
#pragma unroll
    for (int m = -7; m < 2; m++) {
        const unsigned pair = rows[7 + m];
        const unsigned low = from + 2 * (pair & 0xFFFF), high = from + (pair >> 15);  // 2 * (pair >> 16): row numbers have 15 bits
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int n = h - m;
            if (n >= 0 && n < 8) {
                bias[2 * n + h] = load_shared_half(low + row_offset<KEYS_SIDE>(n, h, 0))
                        | load_shared_half(high + row_offset<KEYS_SIDE>(n, h, 1)) << 16;
            }
        }
    }
}
