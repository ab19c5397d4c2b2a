// Position terms of a tile of 64 queries and 64 keys. The tables have a row for each distance, so that a query's or a key's terms are 64
// neighbouring columns of its product with the tile's two blocks of 64 rows, a column further on for each query or key.
//
// A thread has two queries, 2 * g + h of its warp's 16 for g = lane / 4, and of each tile the keys 8 * n + 2 * lane4 + e. Its terms are
// pairs [k, h, e]: those of n = 2 * k and of n = 2 * k + 1.
#pragma once
#include "hopper.cuh"
#include "pairs.cuh"
#include "wgmma.cuh"

constexpr int TERM_BYTES = 64 * 64 * 2;         // of a tile
constexpr int WARP_TERM_BYTES = TERM_BYTES / 4; // of a warp's keys

// The product of 64 queries or keys with a block: started, then as pairs of 16 bits.
struct Band {
#if BF16
    float sums[2][16];
#else
    unsigned sums[16];
#endif

    template <typename A> __device__ __forceinline__ void start(A a, unsigned rows) {
        u64 b = descriptor(rows);
        fence_registers();
#if BF16
#pragma unroll
        for (int half = 0; half < 2; half++) start(sums[half], a, b + half * (32 * 128 >> 4));
#else
        start(sums, a, b);
#endif
        commit();
    }

    template <typename N, typename A> __device__ __forceinline__ static void start(N (&sums)[16], A a, u64 b) {
#pragma unroll
        for (int k = 0; k < 4; k++) positions(sums, part(a, k), b + 2 * k, k);
    }

    // Once the product is there: pairs [n, h] of columns 8 * n + 2 * lane4 and the next, of the thread's rows g and g + 8.
    __device__ __forceinline__ void pairs(unsigned (&packed)[16]) {
#if BF16
#pragma unroll
        for (int half = 0; half < 2; half++) {
            pin(sums[half]);
#pragma unroll
            for (int i = 0; i < 8; i++) packed[8 * half + i] = pack(sums[half][2 * i], sums[half][2 * i + 1]);
        }
#else
        pin(sums);
#pragma unroll
        for (int i = 0; i < 16; i++) packed[i] = sums[i];
#endif
    }
};

__device__ __forceinline__ unsigned permute(unsigned a, unsigned b, unsigned selector) {
    unsigned d;
    asm("prmt.b32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(selector));
    return d;
}

// Where a query's terms come from: which of the four lanes that have its products, counted modulo 4, and how a pair is cut out of two.
struct Source {
    int lane;
    unsigned selector;

    __device__ __forceinline__ explicit Source(int x) : lane(x), selector(0x7654 - 0x2222 * (3 - x >> 2)) {}
};

// The queries' terms, out of their products with the tile's first and second block. Blocks of KR have their rows in such an order that a
// thread's pair [n, h] is of columns 8 * c + 2 * lane4 + n / 4 for c = 2 * (n % 4) and the next c: what one thread needs in a pair, or in
// two neighbouring pairs, another one has.
template <int WARP>
__device__ __forceinline__ void query_terms(const unsigned (&first)[16], const unsigned (&second)[16], unsigned (&terms)[16],
                                            const Source &own, const Source &before) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
#pragma unroll
        for (int e = 0; e < 2; e++) {
            const Source &source = e < h ? before : own;
            unsigned words[5];
#pragma unroll
            for (int i = 0; i < 5; i++) {
                const int q = 3 - WARP + i, n = 4 * (e ^ h) + (q & 3);
                words[i] = __shfl_sync(0xFFFFFFFF, q < 4 ? first[2 * n + h] : second[2 * n + h], source.lane, 4);
            }
#pragma unroll
            for (int k = 0; k < 4; k++) terms[4 * k + 2 * h + e] = permute(words[k], words[k + 1], source.selector);
        }
    }
}

// By the number of the warp, which decides which registers are needed.
__device__ __forceinline__ void query_terms(int warp, const unsigned (&first)[16], const unsigned (&second)[16], unsigned (&terms)[16]) {
    const int lane = hidden(threadIdx.x), x = (lane & 3) - (lane >> 2 & 7);
    const Source own(x), before(x - 1);
    if (warp == 0) query_terms<0>(first, second, terms, own, before);
    else if (warp == 1) query_terms<1>(first, second, terms, own, before);
    else if (warp == 2) query_terms<2>(first, second, terms, own, before);
    else query_terms<3>(first, second, terms, own, before);
    __syncwarp();
}

// The keys' terms, which the threads with their queries need: in shared memory by warps, then by diagonals D, pairs of keys g and g + 8.
// The pair of column i of a diagonal belongs to query 8 * (D - 8) + i + g of the tile. D is 7 to 15; the first and the last diagonal
// share a place, since they have no columns in common. Nobody's accesses meet in a bank.
struct KeyTerms {
    unsigned even, odd;  // where the thread's pairs go on even diagonals, on odd ones
    int reach;

    __device__ __forceinline__ KeyTerms(unsigned scratch, int warp) {
        const int lane = hidden(threadIdx.x) & 31;
        even = scratch + warp * WARP_TERM_BYTES + lane * 4;
        odd = even ^ 16;
        reach = 2 * (lane & 3) + (lane >> 2);
    }

    // Of the products with the tile's first and second block.
    __device__ __forceinline__ void store(int warp, const unsigned (&first)[16], const unsigned (&second)[16]) const {
        if (warp == 0) store<0>(first, second);
        else if (warp == 1) store<1>(first, second);
        else if (warp == 2) store<2>(first, second);
        else store<3>(first, second);
        __syncwarp();
    }
    template <int WARP> __device__ __forceinline__ void store(const unsigned (&first)[16], const unsigned (&second)[16]) const {
        auto term = [&](int diagonal, int e) {
            const int n = diagonal - 2 * WARP;
            const unsigned upper = n < 8 ? first[2 * n] : second[2 * (n - 8)];
            const unsigned lower = n < 9 ? first[2 * n - 1] : second[2 * (n - 8) - 1];
            return permute(upper, lower, e ? 0x7632 : 0x5410);
        };
#pragma unroll
        for (int e = 0; e < 2; e++) {
#pragma unroll
            for (int diagonal = 8; diagonal < 15; diagonal++)
                store_shared((diagonal & 1 ? odd : even) + (diagonal & 7) * 256 + e * 128, term(diagonal, e));
            store_shared(odd + 7 * 256 + e * 128, reach + e >= 8 ? term(7, e) : term(15, e));
        }
    }
};

// Where a thread's terms [0, h, e] are; those of the next k lie WARP_TERM_BYTES further.
struct KeyTermPlaces {
    unsigned even, odd;  // [0, 0, 0], [0, 0, 1]

    __device__ __forceinline__ KeyTermPlaces(unsigned scratch, int warp) {
        const int lane = hidden(threadIdx.x), lane4 = lane & 3, x = (lane >> 2 & 7) - lane4;
        even = scratch + place(2 * warp + (x >> 2), lane4, x);
        odd = (scratch + place(2 * warp + (x - 1 >> 2), lane4, x - 1) ^ 16) + 128;
    }
    __device__ __forceinline__ static unsigned place(int diagonal, int lane4, int x) {
        return (diagonal & 7) * 256 + lane4 * 32 + (diagonal & 1) * 16 + (x & 3) * 4;
    }
    __device__ __forceinline__ unsigned of(int h, int e) const {
        return h == 0 ? e == 0 ? even : odd : e == 0 ? even + 128 : even ^ 16;
    }
};
