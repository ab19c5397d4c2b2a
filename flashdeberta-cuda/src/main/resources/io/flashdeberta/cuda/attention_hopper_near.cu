// Disentangled flash attention near the diagonal, for Hopper (sm_90a): fp16 or bf16, head sizes up to 64.
//
//   out[i] = softmax over j of scale * (q_i.k_j + q_i.KR[d(i-j)] + k_j.QR[d(i-j)]) times v_j,   d = bucket of a distance
//
// This kernel computes the tiles near the diagonal, where d is not constant, and leaves the softmax over those tiles;
// attention_hopper_far.cu continues with the others.
//
// The tables have a row for each distance, so that position terms lie along the diagonals of the products of Q and of K with the two
// blocks of 64 rows that occur in a tile of 64 x 64 (position_terms.cuh). From one key tile to the next these blocks move on by one: of
// Q's products one is new; K's are both new, and turned round through shared memory.
//
// A block has two warpgroups, each with 64 queries of a unit of 128, against key tiles of 64 that the copy engine brings
// (near_tiles.cuh). It goes through the units of its share (shares.cuh); the next one's first tiles come while it ends one.
//
// Compiled with BF16, CONTENT_TO_POSITION and POSITION_TO_CONTENT defined as 0 or 1, not both as 0.

#include "hopper.cuh"
#include "near_tiles.cuh"
#include "pairs.cuh"
#include "position_terms.cuh"
#include "saturation.cuh"
#include "shares.cuh"
#include "wgmma.cuh"

constexpr int THREADS = 256, WARPS = THREADS / 32;

// Running state of 64 query rows: of each thread rows 2 * g and 2 * g + 1 of its warp.
struct Rows {
    unsigned q[16];
    float out[32];
    float bound[2], sum[2];  // of the softmax: a weight is 2^(score * scale + bound)
};

// The keys' terms to the warpgroup's scratch.
__device__ __forceinline__ void store_key_terms(const Places &places, int tile, int group, int warp) {
    const u64 keys = descriptor(places.keys(tile));
    Band first, second;
    unsigned firstPairs[16], secondPairs[16];
    first.start(keys, places.query_positions(tile + 2 - group));
#if BF16
    wait_products<0>();
    first.pairs(firstPairs);
#endif
    second.start(keys, places.query_positions(tile + 1 - group));
    wait_products<0>();
#if !BF16
    first.pairs(firstPairs);
#endif
    second.pairs(secondPairs);
    const KeyTerms terms(places.scratch(group), warp);
    terms.store(warp, firstPairs, secondPairs);
}

// A tile's scores, as far as positions give them.
__device__ __forceinline__ void add_terms(float (&s)[32], const unsigned (&queryTerms)[16], unsigned scratch, int warp) {
#if POSITION_TO_CONTENT
    const KeyTermPlaces keyTerms(scratch, warp);
#endif
#pragma unroll
    for (int h = 0; h < 2; h++) {
#pragma unroll
        for (int e = 0; e < 2; e++) {
#pragma unroll
            for (int k = 0; k < 4; k++) {
                const int i = 8 * k + 2 * h + e;
#if POSITION_TO_CONTENT
                const unsigned term = load_shared(keyTerms.of(h, e) + k * WARP_TERM_BYTES);
#else
                const unsigned term = queryTerms[4 * k + 2 * h + e];
#endif
#if CONTENT_TO_POSITION && POSITION_TO_CONTENT
                add_to_floats(s[i], s[i + 4], queryTerms[4 * k + 2 * h + e], term);
#else
                s[i] = low(term);
                s[i + 4] = high(term);
#endif
            }
        }
    }
}

// Starts the products of the queries with a block of KR.
__device__ __forceinline__ void start_products(Band &band, unsigned (&q)[16], unsigned block) {
    pin(q);
    band.start(q, block);
}

// The queries' terms. before: their products with the tile's first block, then with the next tile's.
__device__ __forceinline__ void end_query_terms(unsigned (&terms)[16], Band &band, unsigned (&before)[16], int warp) {
    wait_products<0>();
    unsigned now[16];
    band.pairs(now);
    query_terms(warp, before, now, terms);
#pragma unroll
    for (int i = 0; i < 16; i++) before[i] = now[i];
}

__device__ __forceinline__ void accumulate_scores(float (&s)[32], unsigned (&q)[16], unsigned keys) {
    u64 b = descriptor(keys);
    pin(s);
    pin(q);
    fence_registers();
#pragma unroll
    for (int k = 0; k < 4; k++) scores(s, q + 4 * k, b + 2 * k, 1);
    commit();
}

__device__ __forceinline__ void accumulate_context(Rows &rows, unsigned (&p)[16], unsigned values) {
    u64 b = descriptor(values);
    pin(rows.out);
    pin(p);
    fence_registers();
#pragma unroll
    for (int k = 0; k < 4; k++) context(rows.out, p + 4 * k, b + k * (16 * 128 >> 4), 1);
    commit();
}

__device__ __forceinline__ void mask_beyond(float (&s)[32], int valid, int lane4) {
#pragma unroll
    for (int n = 0; n < 8; n++) {
#pragma unroll
        for (int e = 0; e < 2; e++) {
            if (8 * n + 2 * lane4 + e >= valid) s[4 * n + e] = s[4 * n + 2 + e] = LOWEST;
        }
    }
}

// Weights of a tile's scores, below each row's bound, and the sums of the thread's part of a row.
__device__ __forceinline__ void weigh(const float (&s)[32], unsigned (&p)[16], float (&sum)[2], const float (&bound)[2], float scale) {
    sum[0] = sum[1] = 0;
#pragma unroll
    for (int n = 0; n < 8; n++) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            float a = power2(fmaf(s[4 * n + 2 * h], scale, bound[h]));
            float b = power2(fmaf(s[4 * n + 2 * h + 1], scale, bound[h]));
            sum[h] += a + b;
            p[2 * n + h] = pack(a, b);
        }
    }
}

// Makes 1 the greatest weight of each row that has a greater one, and rescales what there is.
__device__ __forceinline__ void lower_bounds(Rows &rows, const float (&s)[32], float scale) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float most = fmaxf(s[2 * h], s[2 * h + 1]);
#pragma unroll
        for (int n = 1; n < 8; n++) most = fmaxf(most, fmaxf(s[4 * n + 2 * h], s[4 * n + 2 * h + 1]));
        most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, 1));
        most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, 2));
        const float next = fminf(rows.bound[h], -most * scale);
        const float factor = power2(next - rows.bound[h]);
        rows.bound[h] = next;
        rows.sum[h] *= factor;
#pragma unroll
        for (int n = 0; n < 8; n++) {
            rows.out[4 * n + 2 * h] *= factor;
            rows.out[4 * n + 2 * h + 1] *= factor;
        }
    }
}

// Brings a warpgroup's queries to its scratch, pieces of 16 bytes of a row at piece ^ (row / 2 & 7). Rows beyond the sequence read its
// last one; what they give is not stored.
__device__ __forceinline__ void bring_queries(unsigned scratch, const unsigned short *queries, int row, int last, int stride, int size) {
    const int thread = hidden(threadIdx.x) & 127, piece = thread & 7;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int r = 16 * i + (thread >> 3);
        load_piece(scratch + r * 128 + (piece ^ (r >> 1 & 7)) * 16, queries + (u64)min(row + r, last) * stride + 8 * piece,
                   8 * piece < size);
    }
}
__device__ __forceinline__ void load_queries(unsigned (&q)[16], unsigned scratch, int warp) {
    const int lane = hidden(threadIdx.x) & 31, lane4 = lane & 3, g = lane >> 2;
    const unsigned from = scratch + (warp * 16 + 2 * g) * 128 + lane4 * 4;
#pragma unroll
    for (int piece = 0; piece < 8; piece++) {
#pragma unroll
        for (int h = 0; h < 2; h++) q[2 * piece + h] = load_shared(from + h * 128 + (piece ^ g) * 16);
    }
}

// The context of the thread's rows, the first of which is row of a sequence, and the logarithms of their weights.
__device__ __forceinline__ void store(const Rows &rows, unsigned short *out, float *logarithms, int start, int row, int length,
                                      int heads, int head, int headSize, int lane4) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float sum = rows.sum[h];
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 1);
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 2);
        float inverse = 1 / sum;
        if (logarithms && lane4 == 0 && row + h < length)
            logarithms[(u64)(start + row + h) * heads + head] = log2f(sum) - rows.bound[h];
        unsigned short *to = out + (u64)(start + row + h) * heads * headSize + head * headSize + 2 * lane4;
#pragma unroll
        for (int n = 0; n < 8; n++) {
            if (row + h < length && 8 * n + 2 * lane4 < headSize)
                *(unsigned *)(to + 8 * n) = pack(rows.out[4 * n + 2 * h] * inverse, rows.out[4 * n + 2 * h + 1] * inverse);
        }
    }
}

// qkvMap: {headSize, tokens, 3*heads} of the packed queries, keys and values, boxes of 64 x 64 x 1, 128-byte swizzle.
// keyTables, queryTables: see Tables; the 16-byte pieces of a row r lie at piece ^ (r & 7).
// last: the smallest distance from which on all greater ones have one row; first: the greatest from which on all smaller ones have.
// shortestFar: tokens from which on a sequence has tiles that are not near.
// work: {first row, tokens, first query, 0} of the units of one head. shares: [gridDim.x], of the tiles of units, heads by heads.
// parts, flags: slots for what is handed over; the flags are 0 before and after.
// out: [tokens, heads*headSize]. logarithms: [tokens, heads], of a row's weights 2^(score*scale); null if no sequence has far tiles.
extern "C" __global__ void __launch_bounds__(THREADS, 2)
attention(const __grid_constant__ TensorMap qkvMap, const unsigned short *qkv, unsigned short *out, const char *keyTables,
          const char *queryTables, int tableBlocks, int first, int last, int shortestFar, const int4 *work, const int *workCount,
          const Share *shares, float4 *parts, unsigned *flags, float *logarithms, int heads, int headSize, float scale) {
    extern __shared__ __align__(1024) char memory[];
    const unsigned base = shared_address(memory);
    const int warpOfBlock = uniform(threadIdx.x >> 5);
    const int group = warpOfBlock >> 2, warp = warpOfBlock & 3;
    const Tables tables = {keyTables, queryTables, tableBlocks};
    const Places places = {base};
    const Loader loader = {places, qkvMap, tables, work, memory, heads, *workCount, first, last, shortestFar};
    admit_next_grid();
    if (shares[blockIdx.x].tiles == 0) return;

    if (warpOfBlock == 0) {
        prefetch(&qkvMap);
        volatile Rest &rest = loader.rest();
        if (threadIdx.x == 0) {
            for (int barrier = 0; barrier < 4; barrier++) barrier_init(base + BARRIERS + 8 * barrier, 1);
            asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
            store_shared(base + COUNTS, 0);
            store_shared(base + COUNTS + 4, 0);
            const Share own = load_share(shares + blockIdx.x);
            rest.share.tiles = own.tiles;
            rest.share.unit = own.unit;
            rest.share.end = own.end;
            rest.share.slot = own.slot;
            rest.share.parts = own.parts;
            rest.tile = 0;
        }
        __syncwarp();
        int4 items[AHEAD];
#pragma unroll
        for (int number = 0; number < AHEAD; number++) items[number] = work[loader.index(number) % loader.count];
#pragma unroll
        for (int number = 0; number < AHEAD; number++) loader.describe(number, items[number].x, items[number].y, items[number].z);
        loader.begin(0, 0);
    }
    __syncthreads();
    auto bring_queries_of = [&](volatile Unit &unit) {
        const int stride = 3 * heads * headSize;
        bring_queries(places.scratch(group), qkv + (u64)unit.start * stride + unit.head * headSize,
                      unit.first + group * 64, unit.length - 1, stride, headSize);
    };
    bring_queries_of(loader.unit(0));

    int tile = 0;  // number of it in the share
    for (int number = 0, more = 1; more; number++) {
        await_pieces();
        named_barrier(1 + group, 128);
        volatile Unit &unit = loader.unit(number);
        places.await(tile);
        more = uniform(unit.more);
        const int end = tile + uniform(unit.tiles);
        const int keysTo = uniform(unit.length) - uniform(unit.shift) * KEYS;  // of the sequence, from the share's tile 0 on
        if (uniform(unit.first) + group * 64 >= uniform(unit.length)) {
            follow(loader, number, tile, end, group, warp);
            tile = end;
            if (more) bring_queries_of(loader.unit(number + 1));
            continue;
        }
        Rows rows;
        load_queries(rows.q, places.scratch(group), warp);
        __syncwarp();
#pragma unroll
        for (int i = 0; i < 32; i++) rows.out[i] = 0;
        rows.bound[0] = rows.bound[1] = -LOWEST;
        rows.sum[0] = rows.sum[1] = 0;
#if CONTENT_TO_POSITION
        unsigned before[16];  // the queries' products with the first block of the next tile
        {
            Band band;
            start_products(band, rows.q, places.key_positions(tile + 1 - group));
            wait_products<0>();
            band.pairs(before);
        }
#endif
        bool looks = true;  // for the greatest score: in the first tile, and where weights outgrow what 16 bits hold
        for (;;) {
#if CONTENT_TO_POSITION
            Band band;
#endif
#if POSITION_TO_CONTENT
            store_key_terms(places, tile, group, warp);
#endif
            unsigned terms[16];
#if CONTENT_TO_POSITION
            start_products(band, rows.q, places.key_positions(tile + 2 - group));
            end_query_terms(terms, band, before, warp);
#endif
#if POSITION_TO_CONTENT
            named_barrier(1 + group, 128);
#endif
            float s[32];
            add_terms(s, terms, places.scratch(group), warp);
            accumulate_scores(s, rows.q, places.keys(tile));
            wait_products<0>();
            pin(s);
#if !CONTENT_TO_POSITION
            // Changes nothing. Without it ptxas of CUDA 13.0 puts the weights into the registers of the queries, which the next tile needs,
            // though the PTX says otherwise: scores are wrong from the second tile on.
#pragma unroll
            for (int i = 0; i < 16; i++) rows.q[i] ^= end >> 30;
#endif
            const int valid = keysTo - tile * KEYS;
            if (valid < KEYS) mask_beyond(s, valid, hidden(threadIdx.x) & 3);
            if (looks) lower_bounds(rows, s, scale);
            float sum[2];
            unsigned weights[16];
            weigh(s, weights, sum, rows.bound, scale);
            if (named_barrier_any(1 + group, 128, !looks && !(fmaxf(sum[0], sum[1]) < LARGEST_SUM))) {
                looks = true;
#if CONTENT_TO_POSITION
                // As above, but no function for both: with one, ptxas finds too few registers and runs products one by one.
                start_products(band, rows.q, places.key_positions(tile + 1 - group));
                wait_products<0>();
                band.pairs(before);
#endif
                continue;
            }
            looks = false;
            rows.sum[0] += sum[0];
            rows.sum[1] += sum[1];
            places.await(tile, VALUES);
            if (valid < KEYS) clear_beyond<TILE_BYTES>(places.values(tile), valid, group);
            accumulate_context(rows, weights, places.values(tile));
            if (warp == 0 && places.done(tile)) loader.go_on(number, tile, end);
            __syncwarp();
            if (tile + 1 == end) break;
            wait_products<0>();
            pin(rows.out);
            pin(weights);
            places.await(++tile);
        }
        tile++;
        if (more) bring_queries_of(loader.unit(number + 1));
        wait_products<0>();
        pin(rows.out);
        const int lane = hidden(threadIdx.x) & 31, row = unit.first + group * 64 + warp * 16 + 2 * (lane >> 2);
        const int toMerge = uniform(unit.parts), slot = uniform(loader.rest().share.slot);
        if (toMerge == HANDED_OVER) {
            hand_over(rows.out, rows.bound, rows.sum, parts, flags, slot * WARPS + warpOfBlock, lane);
        } else {
            for (int part = slot - toMerge; part < slot; part++)
                merge(rows.out, rows.bound, rows.sum, parts, flags, part * WARPS + warpOfBlock, lane);
            store(rows, out, logarithms, unit.start, row, unit.length, heads, unit.head, headSize, lane & 3);
        }
    }
}
