// Disentangled flash attention for Hopper (sm_90a), fp16 or bf16, head sizes up to 64, position tables of up to 512 rows.
//
//   out[i] = softmax over j of scale * (q_i.k_j + q_i.KR[d(i-j)] + k_j.QR[d(i-j)]) times v_j,   d = bucket of a distance
//
// Where d is one constant c over a tile, q.k + q.KR_c + k.QR_c = (q + QR_c).k + q.KR_c: plain attention with a shifted query
// and one number for each row. The other tiles, near the diagonal, multiply Q and K with the window of KR and QR rows that can
// occur in them, and gather both products along the diagonals through shared memory.
//
// A block holds one head's tables KR and QR in shared memory. It has two pairs of warpgroups; a pair works on 128 queries of one
// sequence, 64 for each warpgroup, against key tiles of 64 that the copy engine brings. While a pair works on one unit, it takes the
// next from the block's share, and brings its first tiles before it stores what it has.
//
// Compiled with BF16, CONTENT_TO_POSITION and POSITION_TO_CONTENT defined as 0 or 1.

#include "hopper.cuh"
#include "pairs.cuh"
#include "wgmma.cuh"

constexpr int KEYS = 64;               // of a tile
constexpr int TILE_BYTES = KEYS * 128; // 64 rows of 64 values
constexpr int TABLE_BYTES = 512 * 128;
constexpr int STRIDE = 88;             // of the scratch, in values: what a warp stores of a diagonal band fits a row
constexpr int SCRATCH_BYTES = 11392;
constexpr int PAIR_SCRATCH_BYTES = 3 * TILE_BYTES;
constexpr int PAIR_BYTES = 3 * TILE_BYTES + PAIR_SCRATCH_BYTES;
constexpr int BARRIERS = 2 * TABLE_BYTES + 2 * PAIR_BYTES;
constexpr int SLOTS = 6;               // of a pair: K, K, V, and in its scratch V, V, K
// Where a near tile's window is and which part of it each warp's rows need, by the tile's distance in tiles.
constexpr int FARTHEST = 30;
constexpr int WINDOWS = BARRIERS + 512;                          // {lowest row, highest row} of 16 bits
constexpr int PARTS = WINDOWS + (2 * FARTHEST + 1) * 4 + 4;      // 4 warps: {lowest, highest} for queries, then for keys
constexpr float LARGEST_SUM = 16384;  // of a thread's weights in a row: they stay finite in fp16
constexpr float LOWEST = -1e30f;

// A fragment row's value at 16*k + 8*p + 2*lane of a table's row.
__device__ __forceinline__ unsigned table_pair(unsigned table, int row, int k, int p, int lane4) {
    return load_shared(table + row * 128 + (((2 * k + p) ^ (row & 7)) << 4) + lane4 * 4);
}

// A pair's unit of work, in shared memory.
struct Unit {
    int start, length, first;  // of the sequence: first row, tokens; first query of the pair
    int tiles, left, near;     // key tiles in all, 0 behind the last unit; saturated ones on the left; near ones
};

constexpr int PHASES = 2 * SLOTS * 8;  // after the barriers: one bit for each slot, of the loading thread

// A pair's slots for tiles: K, K, V, and in its scratch V, V, K. Each has a barrier that says it is full and one that says it is
// empty. Near tiles use the first three, far ones all.
struct Slots {
    unsigned tiles, barriers;          // shared memory
    unsigned fullPhases;               // one bit for each slot

    __device__ __forceinline__ unsigned address(int slot) const { return hidden(tiles) + slot * TILE_BYTES; }
    __device__ __forceinline__ void load(int slot, const TensorMap &map, int token, int plane) {
        unsigned full = barriers + slot * 8;
        unsigned phases = load_shared(barriers + PHASES);
        barrier_wait(full + SLOTS * 8, (phases >> slot & 1) ^ 1);
        store_shared(barriers + PHASES, phases ^ 1u << slot);
        barrier_expect(full, TILE_BYTES);
        load_tile(address(slot), &map, token, plane, full);
    }
    __device__ __forceinline__ bool vacant(int slot) const {
        return barrier_passed(barriers + (SLOTS + slot) * 8, (load_shared(barriers + PHASES) >> slot & 1) ^ 1);
    }
    __device__ __forceinline__ void await(int slot) {
        barrier_wait(barriers + slot * 8, fullPhases >> slot & 1);
        fullPhases ^= 1u << slot;
    }
    __device__ __forceinline__ void release(int slot, int lane) const {
        __syncwarp();
        if (lane == 0) barrier_arrive(barriers + (SLOTS + slot) * 8);
    }
};
constexpr int V_SLOT = 2, FAR_SLOTS = 3;

// The slots of far tiles: of this tile, of the next, and of the one after it, which is the last one's. Each a nibble.
struct Rings {
    unsigned slots;
    __device__ __forceinline__ Rings(int near)
        : slots(near & 1 | ((near & 1) ^ 1) << 4 | (FAR_SLOTS + 2) << 8 | V_SLOT << 16 | FAR_SLOTS << 20 | (FAR_SLOTS + 1) << 24) {}
    __device__ __forceinline__ int key(int after) const { return slots >> 4 * after & 15; }
    __device__ __forceinline__ int value(int after) const { return slots >> 16 + 4 * after & 15; }
    __device__ __forceinline__ void turn() {
        slots = slots >> 4 & 0x00FF00FF | (slots & 0x000F000F) << 8;
    }
};

// Asks for the next item of a share, or puts one without tokens in its place if there is none.
__device__ __forceinline__ void take(unsigned item, int *next, int end, const int4 *work) {
    const int taken = atomicAdd(next, 1);
    if (taken < end) load_item(item, work + taken);
    else store_shared(item + 4, 0);
}

// Makes the item that was asked for a unit, and brings its first tiles.
__device__ __forceinline__ void prepare(volatile Unit &unit, unsigned item, Slots &slots, const TensorMap &map, int heads, int head,
                                        int first, int last) {
    await_item();
    const int start = load_shared(item), length = load_shared(item + 4), query = load_shared(item + 8);
    const int tiles = (length + KEYS - 1) / KEYS;
    int left = 0, near = 0;
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
    const int saturated = query - (KEYS - 1) - last;
    left = saturated < 0 ? 0 : min(tiles, saturated / KEYS + 1);
    near = min(tiles, (query + 3 * KEYS - 2 - first) / KEYS) - left;
#endif
    unit.start = start;
    unit.length = length;
    unit.first = query;
    unit.tiles = tiles;
    unit.left = left;
    unit.near = near;
    if (tiles == 0) return;
    const int token = start + (near ? left * KEYS : 0);
    slots.load(0, map, token, heads + head);
    slots.load(V_SLOT, map, token, 2 * heads + head);
    if (tiles > 1) {
        const int second = near == 1 ? (left ? 0 : 1) : (near ? left : 0) + 1;
        slots.load(1, map, start + second * KEYS, heads + head);
    }
}

// What a warpgroup without queries does, so that the other's loads go on.
__device__ __forceinline__ void follow(Slots &slots, int near, int tiles, int lane, int barrier) {
    for (int order = 0; order < near; order++) {
        slots.await(order & 1);
        slots.release(order & 1, lane);
        slots.await(V_SLOT);
        slots.release(V_SLOT, lane);
    }
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
    named_barrier(barrier, 256);
#endif
    Rings rings(near);
    for (int order = near; order < tiles; order++) {
        slots.await(rings.key(0));
        slots.release(rings.key(0), lane);
        slots.await(rings.value(0));
        slots.release(rings.value(0), lane);
        rings.turn();
    }
}

// Running state of 64 query rows: of each thread rows g and g + 8 of its warp.
struct Rows {
    unsigned q[16];
    float out[32];
    float bound[2], sum[2];  // of the softmax: a weight is 2^(score * scale + bound)
};

#if CONTENT_TO_POSITION || POSITION_TO_CONTENT

// Columns [from, to] of a product's own 16 rows to the scratch; blocks of 8 columns outside are not stored.
template <int N>
__device__ __forceinline__ void store_band(unsigned scratch, const unsigned (&w)[N / 4], int first, int last) {
#pragma unroll
    for (int n = 0; n < N / 8; n++) {
        if (first < 8 * n + 8 && last >= 8 * n) {
            store_shared(scratch + n * 16, w[2 * n]);
            store_shared(scratch + n * 16 + 8 * STRIDE * 2, w[2 * n + 1]);
        }
    }
}

// The product of Q or of the key tile with N position rows: started, then stored as a band of 16-bit values.
#if BF16
template <int N> struct Band {
    float sums[N / 2];

    template <typename A> __device__ __forceinline__ void start(A a, unsigned rows) {
        u64 b = descriptor(rows);
        fence_registers();
#pragma unroll
        for (int k = 0; k < 4; k++) positions(sums, part(a, k), b + 2 * k, k);
        commit();
    }
    __device__ __forceinline__ void store(unsigned scratch, int from, int to) {
        pin(sums);
        unsigned w[N / 4];
#pragma unroll
        for (int i = 0; i < N / 4; i++) w[i] = pack(sums[2 * i], sums[2 * i + 1]);
        store_band<N>(scratch, w, from, to);
    }
};
constexpr int PIECE = 32, NARROW = 32;  // columns at a time; columns that are done at once
#else
template <int N> struct Band {
    unsigned sums[N / 4];

    template <typename A> __device__ __forceinline__ void start(A a, unsigned rows) {
        u64 b = descriptor(rows);
        fence_registers();
#pragma unroll
        for (int k = 0; k < 4; k++) positions(sums, part(a, k), b + 2 * k, k);
        commit();
    }
    __device__ __forceinline__ void store(unsigned scratch, int from, int to) {
        pin(sums);
        store_band<N>(scratch, sums, from, to);
    }
};
constexpr int PIECE = 64, NARROW = 56;
#endif

// Bands of more than PIECE columns, the next piece while the last one is stored.
template <typename A> __device__ __forceinline__ void wide_band(A a, unsigned rows, int width, unsigned scratch, int from, int to) {
    for (int column = 0; column < width; column += 2 * PIECE) {
        Band<PIECE> first, second;
        first.start(a, rows + column * 128);
        second.start(a, rows + (column + PIECE) * 128);
        wait_products<1>();
        first.store(scratch + column * 2, from - column, to - column);
        wait_products<0>();
        second.store(scratch + (column + PIECE) * 2, from - column - PIECE, to - column - PIECE);
    }
}

// Element (n, h, e) of a thread lies h*8 - n*8 - e further along the distances than its first.
template <bool KEYS_SIDE> __device__ constexpr int band_offset(int n, int h, int e) {
    return 2 * ((KEYS_SIDE ? (8 * n + e) : 8 * h) * STRIDE);
}
#endif

#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
// Reads a thread's elements of the band, pairs (e = 0, 1) packed: along the diagonal where the buckets are the identity.
template <bool KEYS_SIDE> __device__ __forceinline__ void gather_diagonal(unsigned (&bias)[16], unsigned from) {
#pragma unroll
    for (int n = 0; n < 8; n++) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            // The band of each warp begins 16 columns before the last one's: see columnsBefore.
            const unsigned at = from + 2 * (8 * h - 8 * n + (KEYS_SIDE ? 16 * (n >> 1) : 0));
            bias[2 * n + h] = load_shared_half(at + band_offset<KEYS_SIDE>(n, h, 0))
                    | load_shared_half(at + band_offset<KEYS_SIDE>(n, h, 1) - 2) << 16;
        }
    }
}
// The same by looking the buckets up: rows[8 * m] holds the two table rows of elements with h - n = m.
template <bool KEYS_SIDE>
__device__ __forceinline__ void gather_looked_up(unsigned (&bias)[16], unsigned from, const unsigned *rows, unsigned window) {
#pragma unroll
    for (int m = -7; m < 2; m++) {
        const unsigned pair = rows[8 * m];
        const unsigned low = from + 2 * ((pair & 0xFFFF) - window), high = from + 2 * ((pair >> 16) - window);
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int n = h - m;
            if (n >= 0 && n < 8) {
                bias[2 * n + h] = load_shared_half(low + band_offset<KEYS_SIDE>(n, h, 0))
                        | load_shared_half(high + band_offset<KEYS_SIDE>(n, h, 1)) << 16;
            }
        }
    }
}
#endif

__device__ __forceinline__ void accumulate_scores(float (&s)[32], unsigned (&q)[16], unsigned keys, int accumulate) {
    u64 b = descriptor(keys);
    pin(s);
    pin(q);
    fence_registers();
#pragma unroll
    for (int k = 0; k < 4; k++) scores(s, q + 4 * k, b + 2 * k, k == 0 ? accumulate : 1);
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

// Zeros in place of the values beyond a sequence: they have no weight, but where they are no numbers, neither would the sum be.
__device__ __forceinline__ void clear_beyond(unsigned values, int valid, int group) {
    for (unsigned at = valid * 128 + (threadIdx.x & 127) * 16; at < TILE_BYTES; at += 128 * 16) clear_shared(values + at);
    fence_shared();
    named_barrier(1 + group, 128);
}

// Weights of a tile's scores in place of them, below each row's bound; adds to sums of the thread's part of a row.
__device__ __forceinline__ void weigh(const float (&s)[32], unsigned (&p)[16], float (&sum)[2], const float (&bound)[2], float scale) {
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

// Makes 1 the greatest weight of each row and rescales what there is, if some row's is above 2^8.
__device__ __forceinline__ void lower_bounds(Rows &rows, const float (&s)[32], float scale) {
    float bound[2];
    bool grew = false;
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float m = fmaxf(s[2 * h], s[2 * h + 1]);
#pragma unroll
        for (int n = 1; n < 8; n++) m = fmaxf(m, fmaxf(s[4 * n + 2 * h], s[4 * n + 2 * h + 1]));
        m = fmaxf(m, __shfl_xor_sync(0xFFFFFFFF, m, 1));
        m = fmaxf(m, __shfl_xor_sync(0xFFFFFFFF, m, 2));
        bound[h] = -m * scale;
        grew |= rows.bound[h] - bound[h] > 8;
    }
    if (__any_sync(0xFFFFFFFF, grew)) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const float next = fminf(rows.bound[h], bound[h]);
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
}

// Rows beyond the sequence read its last one; what they give is not stored.
__device__ __forceinline__ void load_queries(unsigned (&q)[16], const unsigned short *queries, int row, int last, int stride,
                                             int size, int lane4) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        const unsigned short *from = queries + (u64)min(row + 8 * h, last) * stride + 2 * lane4;
#pragma unroll
        for (int k = 0; k < 4; k++) {
#pragma unroll
            for (int p = 0; p < 2; p++) {
                int column = 16 * k + 8 * p;
                q[4 * k + 2 * p + h] = column + 2 * lane4 < size ? *(const unsigned *)(from + column) : 0;
            }
        }
    }
}

// A value through a shuffle to itself. ptxas 13.0 takes a sum that a loop's products read for one that it can compute again, and
// gives its register away.
__device__ __forceinline__ unsigned settled(unsigned x) { return __shfl_sync(0xFFFFFFFF, x, threadIdx.x & 31); }

// q + QR_c, and q.KR_c for each row.
__device__ __forceinline__ void shift_queries(unsigned (&q)[16], float (&shift)[2], unsigned keyTable, unsigned queryTable,
                                              int row, int lane4) {
    shift[0] = shift[1] = 0;
#if CONTENT_TO_POSITION
#pragma unroll
    for (int k = 0; k < 4; k++) {
#pragma unroll
        for (int p = 0; p < 2; p++) {
            unsigned r = table_pair(keyTable, row, k, p, lane4);
#pragma unroll
            for (int h = 0; h < 2; h++) {
                unsigned v = q[4 * k + 2 * p + h];
                shift[h] += low(v) * low(r) + high(v) * high(r);
            }
        }
    }
#pragma unroll
    for (int h = 0; h < 2; h++) {
        shift[h] += __shfl_xor_sync(0xFFFFFFFF, shift[h], 1);
        shift[h] += __shfl_xor_sync(0xFFFFFFFF, shift[h], 2);
    }
#endif
#if POSITION_TO_CONTENT
#pragma unroll
    for (int k = 0; k < 4; k++) {
#pragma unroll
        for (int p = 0; p < 2; p++) {
            unsigned r = table_pair(queryTable, row, k, p, lane4);
#pragma unroll
            for (int h = 0; h < 2; h++) q[4 * k + 2 * p + h] = settled(add_pairs(q[4 * k + 2 * p + h], r));
        }
    }
#endif
}

// qkvMap: {headSize, tokens, 3*heads} of the packed queries, keys and values, boxes of 64 x 64 x 1, 128-byte swizzle.
// keyTables, queryTables: [heads, tableRows, 64], the 16-byte pieces of a row r at piece ^ (r & 7); tableRows % 8 == 0.
// distances: [2*center], at r + center the table rows of r (low half) and of r - 1 (high half).
// last: the smallest distance from which on d = tableRows - 1 (counted in real rows: lastRow); first: the greatest with row
// firstRow. work: {first row, tokens, first query, 0} of the units of one head. shares: [gridDim.x + 1] of units, heads by heads.
extern "C" __global__ void __launch_bounds__(512, 1)
attention(const __grid_constant__ TensorMap qkvMap, const unsigned short *qkv, unsigned short *out, const char *keyTables,
          const char *queryTables, int tableRows, int firstRow, int lastRow, const unsigned *distances, int center, int first,
          int last, const int4 *work, const int *workCount, const int *shares, int heads, int headSize, float scale) {
    extern __shared__ __align__(1024) char memory[];
    const unsigned base = shared_address(memory);
    const unsigned keyTable = base, queryTable = base + TABLE_BYTES;
    const int thread = threadIdx.x, lane = thread & 31, lane4 = lane & 3;
    const int warpOfBlock = uniform(thread >> 5);
    const int group = warpOfBlock >> 2, pairId = group >> 1, warp = warpOfBlock & 3;
    const bool leads = (thread & 255) == 0;
    const unsigned tableBarriers = base + BARRIERS;
    const int count = *workCount;
    const int shareFrom = shares[blockIdx.x], shareTo = shares[blockIdx.x + 1];
    if (shareFrom >= shareTo) return;

    int *next = (int *)(memory + BARRIERS + 320);
    const unsigned item = base + BARRIERS + 336 + pairId * 16;
    unsigned unitAt = BARRIERS + 384 + pairId * 64;  // one of two, in turn
    Slots slots;
    slots.tiles = base + 2 * TABLE_BYTES + pairId * PAIR_BYTES;
    slots.barriers = tableBarriers + 64 + pairId * 128;
    slots.fullPhases = 0;
    if (leads) {
        for (int slot = 0; slot < SLOTS; slot++) {
            barrier_init(slots.barriers + slot * 8, 1);
            barrier_init(slots.barriers + (SLOTS + slot) * 8, 8);
        }
        store_shared(slots.barriers + PHASES, 0);
    }
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
    for (int i = thread; i < (2 * FARTHEST + 1) * 4; i += 512) {
        const int r = (i / 4 - FARTHEST) * KEYS, w = 16 * (i & 3);
        if (r - 2 * KEYS < -center || r + 2 * KEYS > center) continue;
        const unsigned *at = distances + center + r;
        if (w == 0) store_shared(base + WINDOWS + i, (at[-63] & 0xFFFF) | at[63] << 16);
        store_shared(base + PARTS + i * 8, (at[w - 63] & 0xFFFF) | at[w + 15] << 16);
        store_shared(base + PARTS + i * 8 + 4, (at[-w - 15] & 0xFFFF) | at[63 - w] << 16);
    }
#endif
    if (thread == 0) {
        for (int chunk = 0; chunk < 8; chunk++) barrier_init(tableBarriers + chunk * 8, 1);
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    __syncthreads();

    unsigned tablePhase = 0;
    for (int segment = shareFrom; segment < shareTo;) {
        const int head = segment / count;
        const int end = min(shareTo, (head + 1) * count);
        if (thread == 0) {
            *(volatile int *)next = segment - head * count;
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
            // The middle first: it is needed first.
            for (int c = 0; c < 8; c++) {
                int chunk = c & 1 ? 4 - (c + 1) / 2 : 4 + c / 2;
                int rows = min(64, tableRows - 64 * chunk);
                if (rows <= 0) continue;
                u64 from = ((u64)head * tableRows + 64 * chunk) * 128;
                barrier_expect(tableBarriers + chunk * 8, (CONTENT_TO_POSITION + POSITION_TO_CONTENT) * rows * 128);
#if CONTENT_TO_POSITION
                load_bytes(keyTable + chunk * TILE_BYTES, keyTables + from, rows * 128, tableBarriers + chunk * 8);
#endif
#if POSITION_TO_CONTENT
                load_bytes(queryTable + chunk * TILE_BYTES, queryTables + from, rows * 128, tableBarriers + chunk * 8);
#endif
            }
#endif
        }
        __syncthreads();
        bool tablesReady = false;

        if (leads) {
            take(item, next, end - head * count, work);
            prepare(*(volatile Unit *)(memory + unitAt), item, slots, qkvMap, heads, head, first, last);
        }

        while (true) {
            named_barrier(5 + pairId, 256);
            volatile Unit &unit = *(volatile Unit *)(memory + unitAt);
            unitAt ^= 32;
            const int tiles = uniform(unit.tiles), left = uniform(unit.left), near = uniform(unit.near);
            const int start = uniform(unit.start), length = uniform(unit.length);
            if (tiles == 0) break;
            if (leads) take(item, next, end - head * count, work);
            const int firstQuery = uniform(unit.first) + (group & 1) * 64;
            if (firstQuery >= length) {
                follow(slots, near, tiles, lane, 5 + pairId);
                continue;
            }
            int row = firstQuery + warp * 16 + (lane >> 2);
            const int rowStride = 3 * heads * headSize;
            Rows rows;
#pragma unroll
            for (int i = 0; i < 32; i++) rows.out[i] = 0;
            rows.bound[0] = rows.bound[1] = -LOWEST;
            rows.sum[0] = rows.sum[1] = 0;
            const unsigned short *queries = qkv + (u64)start * rowStride + head * headSize;
            load_queries(rows.q, queries, row, length - 1, rowStride, headSize, lane4);
            float shift[2] = {0, 0};

#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
            const unsigned scratch = slots.tiles + 3 * TILE_BYTES + (group & 1) * SCRATCH_BYTES;
            const unsigned mine = scratch + ((warp * 16 + (lane >> 2)) * STRIDE + 2 * lane4) * 2;
            for (int order = 0; order < near; order++) {
                const int tile = left + order;
                const int keySlot = order & 1;
                bool valuesDue = leads && order > 0;
                if (valuesDue && slots.vacant(V_SLOT)) {
                    slots.load(V_SLOT, qkvMap, start + tile * KEYS, 2 * heads + head);
                    valuesDue = false;
                }
                slots.await(keySlot);
                const int distance = firstQuery - tile * KEYS;
                const unsigned found = uniform(load_shared(base + WINDOWS + (distance / KEYS + FARTHEST) * 4));
                const int lowest = found & 0xFFFF, highest = found >> 16;
                const int window = min(lowest & ~7, tableRows - 56);
                const int width = highest - window + 1;
                if (!tablesReady) {
                    int lastChunk = min(window + 127, tableRows - 1) >> 6;
                    for (int chunk = window >> 6; chunk <= lastChunk; chunk++)
                        barrier_wait(tableBarriers + chunk * 8, tablePhase);
                }
                const unsigned keys = slots.address(keySlot);
                const int along = warp * 16 + (lane >> 2) - 2 * lane4;  // of the thread's first element
                const unsigned *mineAt = distances + center + distance + along;
                const bool diagonal = highest - lowest == 126;
                const unsigned x0 = lowest - window + 63 + along;
                const unsigned parts = base + PARTS + ((distance / KEYS + FARTHEST) * 4 + warp) * 8;
                // A wider window would reach into the next rows, which may be another warp's: on the diagonal each warp stores from
                // its own first column on, elsewhere all wait.
                const unsigned columnsBefore = diagonal ? lowest - window + 48 & ~7 : 0;  // of warp 0's keys
                const bool overlapping = !diagonal && width > STRIDE;
                unsigned bias[16];
                float s[32];
#if CONTENT_TO_POSITION
                unsigned queryBand = scratch + ((warp * 16 + (lane >> 2)) * STRIDE) * 2;
                {
                    const unsigned bounds = uniform(load_shared(parts));
                    const int from = (bounds & 0xFFFF) - window, to = (bounds >> 16) - window;
                    const int before = diagonal ? 2 * (from & ~7) : 0;
                    queryBand -= before;
                    pin(rows.q);
                    if (width <= NARROW) {
                        Band<NARROW> band;
                        band.start((const unsigned *)rows.q, keyTable + window * 128);
                        wait_products<0>();
                        band.store(mine - before, from, to);
                    } else {
                        wide_band((const unsigned *)rows.q, keyTable + window * 128, width, mine - before, from, to);
                    }
                    __syncwarp();
                }
#endif
                if (leads && order > 0) {
                    if (valuesDue) slots.load(V_SLOT, qkvMap, start + tile * KEYS, 2 * heads + head);
                    if (order + 1 < tiles) {
                        int after = order + 1 < near ? tile + 1 : left ? 0 : near;
                        slots.load(keySlot ^ 1, qkvMap, start + after * KEYS, heads + head);
                    }
                }
                __syncwarp();
#if POSITION_TO_CONTENT
                {
                    const unsigned bounds = uniform(load_shared(parts + 4));
                    const int from = (bounds & 0xFFFF) - window, to = (bounds >> 16) - window;
                    const unsigned keyBand = mine - 2 * (diagonal ? columnsBefore - 16 * warp : 0);
                    const unsigned positions = queryTable + window * 128;
                    const u64 a = descriptor(keys);
                    // The first columns while the other band is gathered.
                    if (diagonal || width > NARROW) {
                        Band<PIECE> first;
                        if (diagonal) {
                            first.start(a, positions);
#if CONTENT_TO_POSITION
                            gather_diagonal<false>(bias, queryBand + 2 * x0);
#endif
                            wait_products<0>();
                            pin(first.sums);
                        } else {
                            first.start(a, positions);
#if CONTENT_TO_POSITION
                            gather_looked_up<false>(bias, queryBand, mineAt, window);
#endif
                            wait_products<0>();
                            pin(first.sums);
                        }
                        if (overlapping) named_barrier(1 + group, 128);
                        else __syncwarp();
                        first.store(keyBand, from, to);
                        for (int column = PIECE; column < width; column += PIECE) {
                            Band<PIECE> next;
                            next.start(a, positions + column * 128);
                            wait_products<0>();
                            next.store(keyBand + column * 2, from - column, to - column);
                        }
                    } else {
                        Band<NARROW> only;
                        only.start(a, positions);
#if CONTENT_TO_POSITION
                        gather_looked_up<false>(bias, queryBand, mineAt, window);
#endif
                        wait_products<0>();
                        pin(only.sums);
                        __syncwarp();
                        only.store(keyBand, from, to);
                    }
                }
                named_barrier(1 + group, 128);
                {
                    unsigned other[16];
                    const unsigned from = scratch + (2 * lane4 * STRIDE - (int)columnsBefore) * 2;
                    if (diagonal) gather_diagonal<true>(other, from + 2 * x0);
                    else gather_looked_up<true>(other, from, mineAt, window);
#pragma unroll
                    for (int i = 0; i < 16; i++) {
#if CONTENT_TO_POSITION
                        add_to_floats(s[2 * i], s[2 * i + 1], bias[i], other[i]);
#else
                        s[2 * i] = low(other[i]);
                        s[2 * i + 1] = high(other[i]);
#endif
                    }
                }
#else
                if (diagonal) gather_diagonal<false>(bias, queryBand + 2 * x0);
                else gather_looked_up<false>(bias, queryBand, mineAt, window);
#pragma unroll
                for (int i = 0; i < 16; i++) {
                    s[2 * i] = low(bias[i]);
                    s[2 * i + 1] = high(bias[i]);
                }
#endif
                accumulate_scores(s, rows.q, keys, 1);
                wait_products<0>();
                pin(s);
                slots.release(keySlot, lane);
                if ((tile + 1) * KEYS > length) mask_beyond(s, length - tile * KEYS, lane4);
                unsigned weights[16];
                lower_bounds(rows, s, scale);
                weigh(s, weights, rows.sum, rows.bound, scale);
                slots.await(V_SLOT);
                if ((tile + 1) * KEYS > length) clear_beyond(slots.address(V_SLOT), length - tile * KEYS, group);
                accumulate_context(rows, weights, slots.address(V_SLOT));
                named_barrier(1 + group, 128);
                wait_products<0>();
                pin(rows.out);
                pin(weights);
                slots.release(V_SLOT, lane);
            }
            // From here on the scratch holds tiles.
            fence_shared();
            named_barrier(5 + pairId, 256);
            if (!tablesReady) {
                for (int chunk = 0; 64 * chunk < tableRows; chunk++) barrier_wait(tableBarriers + chunk * 8, tablePhase);
                tablesReady = true;
            }
#endif
            Rings rings(near);
            const int far = tiles - near;
            row = (int)hidden(firstQuery) + warp * 16 + (lane >> 2);
            if (leads) {
                if (near > 0 && far > 0) slots.load(rings.value(0), qkvMap, start + (left ? 0 : near) * KEYS, 2 * heads + head);
                if (far > 1) {
                    const int second = start + (left > 1 ? 1 : near + 1) * KEYS;
                    if (near > 0) slots.load(rings.key(1), qkvMap, second, heads + head);
                    slots.load(rings.value(1), qkvMap, second, 2 * heads + head);
                }
            }
#pragma unroll 1
            for (int order = 0; order < far;) {
                const bool onLeft = order < left;
                const int to = onLeft ? left : far;
                const int masked = onLeft || length % KEYS == 0 ? -1 : to - 1;
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
                const unsigned again = hidden(start);  // or the compiler would keep what follows from it
                load_queries(rows.q, qkv + (u64)again * rowStride + head * headSize, row, length - 1, rowStride, headSize, lane4);
                shift_queries(rows.q, shift, keyTable, queryTable, onLeft ? lastRow : firstRow, lane4);
                shift[0] *= scale;
                shift[1] *= scale;
#endif
                // For as long as a phase lasts, the bounds hold its shifts.
                rows.bound[0] += shift[0];
                rows.bound[1] += shift[1];
                // The next tile's scores are computed right behind this one's context, so that products wait for each other once a tile.
                float s[32];
                slots.await(rings.key(0));
                accumulate_scores(s, rows.q, slots.address(rings.key(0)), 0);
                wait_products<0>();
#pragma unroll 1
                for (; order < to; order++) {
                    unsigned weights[16];
                    pin(s);
                    if (order == masked) mask_beyond(s, unit.length % KEYS, lane4);
                    // Almost always no weight outgrows its bound, so the highest score is not looked for.
                    float sum[2] = {0, 0};
                    weigh(s, weights, sum, rows.bound, scale);
                    if (any_of_group(!(fmaxf(sum[0], sum[1]) < LARGEST_SUM), group)) {
                        accumulate_scores(s, rows.q, slots.address(rings.key(0)), 0);
                        wait_products<0>();
                        pin(s);
                        if (order == masked) mask_beyond(s, unit.length % KEYS, lane4);
                        lower_bounds(rows, s, scale);
                        sum[0] = sum[1] = 0;
                        weigh(s, weights, sum, rows.bound, scale);
                    }
                    rows.sum[0] += sum[0];
                    rows.sum[1] += sum[1];
                    slots.release(rings.key(0), lane);
                    slots.await(rings.value(0));
                    if (order == masked) clear_beyond(slots.address(rings.value(0)), unit.length % KEYS, group);
                    accumulate_context(rows, weights, slots.address(rings.value(0)));
                    if (order + 1 < to) {
                        slots.await(rings.key(1));
                        accumulate_scores(s, rows.q, slots.address(rings.key(1)), 0);
                    }
                    if (leads && order + 2 < unit.tiles - unit.near) {
                        const int after = unit.start + (order + 2 + (order + 2 < unit.left ? 0 : unit.near)) * KEYS;
                        slots.load(rings.key(2), qkvMap, after, heads + head);
                        slots.load(rings.value(2), qkvMap, after, 2 * heads + head);
                    }
                    wait_products<0>();
                    pin(rows.out);
                    pin(weights);
                    slots.release(rings.value(0), lane);
                    rings.turn();
                }
                rows.bound[0] -= shift[0];
                rows.bound[1] -= shift[1];
            }

            if (leads) prepare(*(volatile Unit *)(memory + unitAt), item, slots, qkvMap, heads, head, first, last);
            {
#pragma unroll
                for (int h = 0; h < 2; h++) {
                    float sum = rows.sum[h];
                    sum += __shfl_xor_sync(0xFFFFFFFF, sum, 1);
                    sum += __shfl_xor_sync(0xFFFFFFFF, sum, 2);
                    float inverse = 1 / sum;
                    unsigned short *to = out + (u64)(start + row + 8 * h) * heads * headSize + head * headSize + 2 * lane4;
#pragma unroll
                    for (int n = 0; n < 8; n++) {
                        if (row + 8 * h < length && 8 * n + 2 * lane4 < headSize)
                            *(unsigned *)(to + 8 * n) = pack(rows.out[4 * n + 2 * h] * inverse, rows.out[4 * n + 2 * h + 1] * inverse);
                    }
                }
            }
        }
        fence_shared();
        __syncthreads();
        tablePhase ^= 1;
        segment = end;
    }
}
