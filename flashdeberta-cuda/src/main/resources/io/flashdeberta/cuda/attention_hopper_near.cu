// Disentangled flash attention near the diagonal, for Hopper (sm_90a): fp16 or bf16, head sizes up to 64, position tables of up to 512
// rows.
//
//   out[i] = softmax over j of scale * (q_i.k_j + q_i.KR[d(i-j)] + k_j.QR[d(i-j)]) times v_j,   d = bucket of a distance
//
// This kernel computes the tiles near the diagonal, where d is not constant: it multiplies Q and K with the window of KR and QR rows
// that can occur in a tile, and gathers both products along the diagonals through shared memory. It leaves the softmax over those tiles
// alone; attention_hopper_far.cu continues with the others.
//
// A block holds one head's tables KR and QR in shared memory. It has two pairs of warpgroups; a pair works on 128 queries of one
// sequence, 64 for each warpgroup, against key tiles of 64 that the copy engine brings. While a pair works on one unit, it takes the
// next of its share (shares.cuh), and brings its first tiles before it stores what it has.
//
// Compiled with BF16, CONTENT_TO_POSITION and POSITION_TO_CONTENT defined as 0 or 1, not both as 0.

#include "bands.cuh"
#include "hopper.cuh"
#include "pairs.cuh"
#include "saturation.cuh"
#include "shares.cuh"
#include "wgmma.cuh"

constexpr int KEYS = 64;               // of a tile
constexpr int TILE_BYTES = KEYS * 128; // 64 rows of 64 values
constexpr int TABLE_BYTES = 512 * 128;
constexpr int SCRATCH_BYTES = 11392;
constexpr int SLOTS = 3;               // of a pair, for tiles: keys, keys, values
constexpr int VALUES = 2;
constexpr int SCRATCHES = 2 * TABLE_BYTES + 2 * SLOTS * TILE_BYTES;
constexpr int BARRIERS = SCRATCHES + 4 * SCRATCH_BYTES;
// Behind the barriers of tables, those of each pair and its share; each pair's item, then its two units; how tiles get their position
// terms, by their distance in tiles and the warp.
constexpr int PAIRS = BARRIERS + 64, PAIR_BYTES = 128, SHARE = 64;
constexpr int ITEMS = BARRIERS + 336, ITEM_BYTES = 16;
constexpr int UNITS = BARRIERS + 384, UNIT_BYTES = 32;
constexpr int POSITIONS = BARRIERS + 512;
constexpr int FARTHEST = 30;
constexpr int WARPS = 8;               // of a pair
constexpr float LARGEST_SUM = 16384;   // of a thread's weights in a row: they stay finite in fp16
constexpr float LOWEST = -1e30f;

// A pair's unit of work, in shared memory.
struct Unit {
    int start, length, first;  // of the sequence: first row, tokens; first query of the pair
    int left, near;            // the first of its near tiles that are in the share, and how many
    int parts;                 // to merge; HANDED_OVER if another pair merges this one
};

// A pair's slots for tiles. Each has a barrier that says it is full and one that says it is empty; behind them lie the phases of the
// empty ones, which the loading thread alone needs.
constexpr int PHASES = 2 * SLOTS * 8;
constexpr unsigned TABLES = 1u << SLOTS;

struct Slots {
    unsigned tiles, barriers;  // shared memory
    unsigned fullPhases;       // one bit for each slot, and TABLES once all position tables are there

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

// Asks for the next item of a share.
__device__ __forceinline__ void take(unsigned item, volatile Share &share, const int4 *work) {
    if (share.tiles > 0) load_item(item, work + share.unit);
}

// Makes the item that was asked for a unit, and brings its first tiles.
__device__ __forceinline__ void prepare(volatile Unit &unit, unsigned item, volatile Share &share, Slots &slots, const TensorMap &map,
                                        int heads, int head, int first, int last, int shortestFar) {
    if (share.tiles == 0) return;
    await_item();
    const int start = load_shared(item), length = load_shared(item + 4), query = load_shared(item + 8);
    const int tiles = tiles_of(length);
    const bool allNear = length < shortestFar;
    const int unitFrom = allNear ? 0 : near_from(query, tiles, last);
    const int all = allNear ? tiles : near_to(query, tiles, first) - unitFrom;
    const int end = min(share.end, all), begin = max(0, end - share.tiles), near = end - begin;
    const int left = unitFrom + begin;
    unit.start = start;
    unit.length = length;
    unit.first = query;
    unit.left = left;
    unit.near = near;
    unit.parts = end < all ? HANDED_OVER : begin > 0 ? share.parts : 0;
    share.tiles -= near;
    share.unit--;
    share.end = TO_THE_END;
    const int token = start + left * KEYS;
    slots.load(0, map, token, heads + head);
    slots.load(VALUES, map, token, 2 * heads + head);
    if (near > 1) slots.load(1, map, token + KEYS, heads + head);
}

// What a warpgroup without queries does, so that the other's loads go on.
__device__ __forceinline__ void follow(Slots &slots, int near, int lane) {
    for (int order = 0; order < near; order++) {
        slots.await(order & 1);
        slots.release(order & 1, lane);
        slots.await(VALUES);
        slots.release(VALUES, lane);
    }
}

// Running state of 64 query rows: of each thread rows g and g + 8 of its warp.
struct Rows {
    unsigned q[16];
    float out[32];
    float bound[2], sum[2];  // of the softmax: a weight is 2^(score * scale + bound)
};

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

// The softmax's weights of a tile. The greatest score is looked for in the first tile, and where weights outgrow what 16 bits hold.
__device__ __forceinline__ void soften(Rows &rows, const float (&s)[32], unsigned (&weights)[16], bool first, float scale) {
    float sum[2];
    if (first) lower_bounds(rows, s, scale);
    weigh(s, weights, sum, rows.bound, scale);
    if (!first && __any_sync(0xFFFFFFFF, !(fmaxf(sum[0], sum[1]) < LARGEST_SUM))) {
        lower_bounds(rows, s, scale);
        weigh(s, weights, sum, rows.bound, scale);
    }
    rows.sum[0] += sum[0];
    rows.sum[1] += sum[1];
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

// The context of the thread's rows, the first of which is row of a sequence, and the logarithms of their weights.
__device__ __forceinline__ void store(const Rows &rows, unsigned short *out, float *logarithms, int start, int row, int length,
                                      int heads, int head, int headSize, int lane4) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float sum = rows.sum[h];
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 1);
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 2);
        float inverse = 1 / sum;
        if (logarithms && lane4 == 0 && row + 8 * h < length)
            logarithms[(u64)(start + row + 8 * h) * heads + head] = log2f(sum) - rows.bound[h];
        unsigned short *to = out + (u64)(start + row + 8 * h) * heads * headSize + head * headSize + 2 * lane4;
#pragma unroll
        for (int n = 0; n < 8; n++) {
            if (row + 8 * h < length && 8 * n + 2 * lane4 < headSize)
                *(unsigned *)(to + 8 * n) = pack(rows.out[4 * n + 2 * h] * inverse, rows.out[4 * n + 2 * h + 1] * inverse);
        }
    }
}

// What is needed of a head's tables to shared memory, the middle first: it is needed first.
__device__ __forceinline__ void load_tables(unsigned keyTable, unsigned queryTable, unsigned barriers, const char *keyTables,
                                            const char *queryTables, int tableRows, int needed, int head) {
    for (int c = 0; c < 8; c++) {
        int chunk = c & 1 ? 4 - (c + 1) / 2 : 4 + c / 2;
        if (chunk < (needed & 0xFFFF) >> 6 || chunk > needed >> 22) {
            barrier_arrive(barriers + chunk * 8);
            continue;
        }
        int rows = min(64, tableRows - 64 * chunk);
        u64 from = ((u64)head * tableRows + 64 * chunk) * 128;
        barrier_expect(barriers + chunk * 8, (CONTENT_TO_POSITION + POSITION_TO_CONTENT) * rows * 128);
#if CONTENT_TO_POSITION
        load_bytes(keyTable + chunk * TILE_BYTES, keyTables + from, rows * 128, barriers + chunk * 8);
#endif
#if POSITION_TO_CONTENT
        load_bytes(queryTable + chunk * TILE_BYTES, queryTables + from, rows * 128, barriers + chunk * 8);
#endif
    }
}

// qkvMap: {headSize, tokens, 3*heads} of the packed queries, keys and values, boxes of 64 x 64 x 1, 128-byte swizzle.
// keyTables, queryTables: [heads, tableRows, 64], the 16-byte pieces of a row r at piece ^ (r & 7); tableRows % 8 == 0.
// distances: [2*center], at r + center the table rows of r (low half) and of r - 1 (high half).
// last: the smallest distance from which on all greater ones have one row; first: the greatest from which on all smaller ones have.
// shortestFar: tokens from which on a sequence has tiles that are not near.
// work: {first row, tokens, first query, 0} of the units of one head.
// shares: of both pairs in turn, those that blocks begin with in front.
// parts, flags: slots for what is handed over; the flags are 0 before and after.
// out: [tokens, heads*headSize]. logarithms: [tokens, heads], of a row's weights 2^(score*scale); null if no sequence has far tiles.
extern "C" __global__ void __launch_bounds__(512, 1)
attention(const __grid_constant__ TensorMap qkvMap, const unsigned short *qkv, unsigned short *out, const char *keyTables,
          const char *queryTables, int tableRows, const unsigned *distances, int center, int first, int last, int shortestFar,
          const int4 *work, const Share *shares, float4 *parts, unsigned *flags, float *logarithms, int heads, int headSize,
          float scale) {
    extern __shared__ __align__(1024) char memory[];
    const unsigned base = shared_address(memory);
    const unsigned keyTable = base, queryTable = base + TABLE_BYTES;
    const int thread = threadIdx.x, lane = thread & 31, lane4 = lane & 3;
    const int warpOfBlock = uniform(thread >> 5);
    const int group = warpOfBlock >> 2, pairId = group >> 1, warp = warpOfBlock & 3;
    const bool leads = (thread & 255) == 0;
    const unsigned tableBarriers = base + BARRIERS;
    admit_next_grid();
    int shareNumber = 2 * blockIdx.x;
    if (shares[shareNumber].tiles + shares[shareNumber + 1].tiles == 0) return;

    const unsigned item = base + ITEMS + pairId * ITEM_BYTES;
    unsigned unitAt = UNITS + pairId * 2 * UNIT_BYTES;
    Slots slots;
    slots.tiles = base + 2 * TABLE_BYTES + pairId * SLOTS * TILE_BYTES;
    slots.barriers = base + PAIRS + pairId * PAIR_BYTES;
    slots.fullPhases = 0;
    volatile Share &share = *(volatile Share *)(memory + PAIRS + pairId * PAIR_BYTES + SHARE);
    if (leads) {
        prefetch(&qkvMap);
        for (int slot = 0; slot < SLOTS; slot++) {
            barrier_init(slots.barriers + slot * 8, 1);
            barrier_init(slots.barriers + (SLOTS + slot) * 8, WARPS);
        }
        store_shared(slots.barriers + PHASES, 0);
    }
    for (int i = thread; i < (2 * FARTHEST + 1) * 4; i += 512) {
        const int distance = (i / 4 - FARTHEST) * KEYS;
        if (distance - 2 * KEYS >= -center && distance + 2 * KEYS <= center)
            *(Positions *)(memory + POSITIONS + i * 16) = positions_at(distances + center, distance, i & 3, tableRows);
    }
    if (thread == 0) {
        for (int chunk = 0; chunk < 8; chunk++) barrier_init(tableBarriers + chunk * 8, 1);
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    __syncthreads();

    unsigned tablePhase = 0;
    do {
        const Share next = load_share(shares + shareNumber + pairId);
        const int head = next.head;
        shareNumber = next.next;
        slots.fullPhases &= ~TABLES;
        if (leads) {
            if (thread == 0) load_tables(keyTable, queryTable, tableBarriers, keyTables, queryTables, tableRows, next.rows, head);
            share.tiles = next.tiles;
            share.unit = next.unit;
            share.end = next.end;
            share.slot = next.slot;
            share.parts = next.parts;
            take(item, share, work);
            prepare(*(volatile Unit *)(memory + unitAt), item, share, slots, qkvMap, heads, head, first, last, shortestFar);
        }

        int near;
        for (int remaining = next.tiles; remaining > 0; remaining -= near) {
            named_barrier(5 + pairId, 256);
            volatile Unit &unit = *(volatile Unit *)(memory + unitAt);
            unitAt ^= UNIT_BYTES;
            const int left = uniform(unit.left);
            near = uniform(unit.near);
            const int start = uniform(unit.start), length = uniform(unit.length);
            if (leads) take(item, share, work);
            const int firstQuery = uniform(unit.first) + (group & 1) * 64;
            if (firstQuery >= length) {
                follow(slots, near, lane);
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
            const unsigned scratch = base + SCRATCHES + group * SCRATCH_BYTES;
            const unsigned mine = scratch + ((warp * 16 + (lane >> 2)) * STRIDE + 2 * lane4) * 2;
            const int along = warp * 16 + (lane >> 2) - 2 * lane4;  // of the thread's first element, the distance beyond its tile's
            for (int order = 0; order < near; order++) {
                const int tile = left + order;
                const int keySlot = order & 1;
                bool valuesDue = leads && order > 0;
                if (valuesDue && slots.vacant(VALUES)) {
                    slots.load(VALUES, qkvMap, start + tile * KEYS, 2 * heads + head);
                    valuesDue = false;
                }
                const int distance = firstQuery - tile * KEYS;
                const Positions at = *(const Positions *)(memory + POSITIONS + FARTHEST * KEYS + warp * 16 + distance);
                slots.await(keySlot);
                const int window = uniform(at.window), kind = uniform(at.kind);
                if (!(slots.fullPhases & TABLES)) {
                    const int lastChunk = min(window + 127, tableRows - 1) >> 6;
                    for (int chunk = window >> 6; chunk <= lastChunk; chunk++)
                        barrier_wait(tableBarriers + chunk * 8, tablePhase);
                }
                const unsigned keys = slots.address(keySlot);
                unsigned rowNumbers[9];
                float s[32];
#if CONTENT_TO_POSITION
                unsigned bias[16];
                {
                    const unsigned *q = rows.q;
                    const unsigned positions = keyTable + window * 128;
                    pin(rows.q);
                    if (kind == DIAGONAL) {
                        store_wide(q, positions, mine - 32 * warp, [&](int n) { return needed_on_diagonal(n, warp); });
                    } else if (kind == NARROW) {
                        Band<NARROW_COLUMNS> band;
                        band.start(q, positions);
                        look_up(rowNumbers, distances + center + distance + along);
                        wait_products<0>();
                        band.store(mine, [](int) { return true; });
                    } else {
                        store_wide(q, positions, mine, [&](int n) { return at.queryBlocks >> n & 1; });
                        look_up(rowNumbers, distances + center + distance + along);
                    }
                    __syncwarp();
                }
#else
                if (kind != DIAGONAL) look_up(rowNumbers, distances + center + distance + along);
#endif
                if (leads && order > 0) {
                    if (valuesDue) slots.load(VALUES, qkvMap, start + tile * KEYS, 2 * heads + head);
                    if (order + 1 < near) slots.load(keySlot ^ 1, qkvMap, start + (tile + 1) * KEYS, heads + head);
                }
                __syncwarp();
                const unsigned queryBand = mine - 4 * lane4;
                const unsigned keyBand = scratch + 4 * lane4 * STRIDE;
#if POSITION_TO_CONTENT
                {
                    const unsigned positions = queryTable + window * 128;
                    const u64 a = descriptor(keys);
                    // The first columns while the other band is gathered.
                    if (kind == DIAGONAL) {
                        const unsigned to = mine - 96 + 32 * warp;
                        const int w = 3 - warp;
                        Band<PIECE> first;
                        first.start(a, positions);
#if CONTENT_TO_POSITION
                        gather_diagonal<false>(bias, queryBand + 128 - 32 * warp + 2 * along);
#endif
                        wait_products<0>();
                        pin(first.sums);
                        __syncwarp();
                        first.store(to, [&](int n) { return needed_on_diagonal(n, w); });
#pragma unroll
                        for (int column = PIECE; column < 128; column += PIECE) {
                            Band<PIECE> next;
                            next.start(a, positions + column * 128);
                            wait_products<0>();
                            next.store(to + column * 2, [&](int n) { return needed_on_diagonal(column / 8 + n, w); });
                        }
                    } else if (kind == NARROW) {
                        Band<NARROW_COLUMNS> band;
                        band.start(a, positions);
#if CONTENT_TO_POSITION
                        gather_looked_up<false>(bias, queryBand - 2 * window, rowNumbers);
#endif
                        wait_products<0>();
                        pin(band.sums);
                        __syncwarp();
                        band.store(mine, [](int) { return true; });
                    } else {
                        Band<PIECE> first;
                        first.start(a, positions);
#if CONTENT_TO_POSITION
                        gather_looked_up<false>(bias, queryBand - 2 * window, rowNumbers);
#endif
                        wait_products<0>();
                        pin(first.sums);
                        if (kind == OVERLAPPING) named_barrier(1 + group, 128);
                        else __syncwarp();
                        first.store(mine, [&](int n) { return at.keyBlocks >> n & 1; });
#pragma unroll
                        for (int column = PIECE; column < 128; column += PIECE) {
                            Band<PIECE> next;
                            next.start(a, positions + column * 128);
                            wait_products<0>();
                            next.store(mine + column * 2, [&](int n) { return at.keyBlocks >> (column / 8 + n) & 1; });
                        }
                    }
                }
                named_barrier(1 + group, 128);
                {
                    unsigned other[16];
                    if (kind == DIAGONAL) gather_diagonal<true>(other, keyBand + 128 - 96 + 2 * along);
                    else gather_looked_up<true>(other, keyBand - 2 * window, rowNumbers);
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
                if (kind == DIAGONAL) gather_diagonal<false>(bias, queryBand + 128 - 32 * warp + 2 * along);
                else gather_looked_up<false>(bias, queryBand - 2 * window, rowNumbers);
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
                soften(rows, s, weights, order == 0, scale);
                slots.await(VALUES);
                if ((tile + 1) * KEYS > length) clear_beyond<TILE_BYTES>(slots.address(VALUES), length - tile * KEYS, group);
                accumulate_context(rows, weights, slots.address(VALUES));
                named_barrier(1 + group, 128);
                wait_products<0>();
                pin(rows.out);
                pin(weights);
                slots.release(VALUES, lane);
            }
            if (!(slots.fullPhases & TABLES)) {
                for (int chunk = 0; 64 * chunk < tableRows; chunk++) barrier_wait(tableBarriers + chunk * 8, tablePhase);
                slots.fullPhases |= TABLES;
            }
            if (leads) prepare(*(volatile Unit *)(memory + unitAt), item, share, slots, qkvMap, heads, head, first, last, shortestFar);
            const int toMerge = uniform(((volatile Unit *)(memory + (unitAt ^ UNIT_BYTES)))->parts), slot = uniform(share.slot);
            const int warpOfPair = (group & 1) * 4 + warp;
            if (toMerge == HANDED_OVER) {
                hand_over(rows.out, rows.bound, rows.sum, parts, flags, slot * WARPS + warpOfPair, lane);
            } else {
                for (int part = slot - toMerge; part < slot; part++)
                    merge(rows.out, rows.bound, rows.sum, parts, flags, part * WARPS + warpOfPair, lane);
                store(rows, out, logarithms, start, row, length, heads, head, headSize, lane4);
            }
        }
        fence_shared();
        __syncthreads();
        tablePhase ^= 1;
    } while (shareNumber > 0);
}
