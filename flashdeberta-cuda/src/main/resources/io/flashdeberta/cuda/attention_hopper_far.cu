// The part of disentangled flash attention whose distances are saturated, for Hopper (sm_90a): fp16 or bf16, head sizes up to 64.
//
// Where the bucket of a distance is one constant c over a tile, q.k + q.KR_c + k.QR_c = (q + QR_c).k + q.KR_c: plain attention with a
// shifted query and one number for each row. There is one such constant on the left of the near tiles and one on the right. This
// kernel continues from what attention_hopper_near.cu has left of them: its output, and of each row the logarithm of its weights.
// A model without position terms has no near tiles: this kernel then begins, and is all there is.
//
// After FlashAttention-3 (https://arxiv.org/abs/2407.08608): one thread brings tiles of 128 keys; three warpgroups take 64 queries
// each, and start a tile's scores before they wait for the last one's context. The greatest score of a row is looked for only where
// weights outgrow what 16 bits hold; the scores of that tile are then computed once more.
//
// Compiled with BF16, CONTENT_TO_POSITION and POSITION_TO_CONTENT defined as 0 or 1.

#include "far_tiles.cuh"
#include "hopper.cuh"
#include "mma.cuh"
#include "pairs.cuh"
#include "saturation.cuh"
#include "shares.cuh"
#include "wgmma.cuh"

constexpr int LOADER_REGISTERS = 32, REGISTERS = 160;

// Scores by products that each warp does for itself.
__device__ __forceinline__ void scores_of_warp(float (&s)[64], unsigned queries, unsigned keys, int warp, int lane) {
    const int g = lane >> 2, c = (lane & 3) * 4;
    unsigned a[16];
#pragma unroll
    for (int k = 0; k < 4; k++) {
#pragma unroll
        for (int p = 0; p < 2; p++) {
#pragma unroll
            for (int h = 0; h < 2; h++)
                a[4 * k + 2 * p + h] = load_shared(queries + (warp * 16 + g + 8 * h) * 128 + ((2 * k + p) ^ g) * 16 + c);
        }
    }
#pragma unroll
    for (int n = 0; n < 16; n++) {
        float *d = s + 4 * n;
        d[0] = d[1] = d[2] = d[3] = 0;
#pragma unroll
        for (int k = 0; k < 4; k++) {
            const unsigned row = keys + (8 * n + g) * 128 + c;
            multiply(d, a + 4 * k, load_shared(row + ((2 * k) ^ g) * 16), load_shared(row + ((2 * k + 1) ^ g) * 16));
        }
    }
}

__device__ __forceinline__ void mask_outside(float (&s)[64], int from, int to, int lane4) {
#pragma unroll
    for (int n = 0; n < 16; n++) {
#pragma unroll
        for (int e = 0; e < 2; e++) {
            const int key = 8 * n + 2 * lane4 + e;
            if (key < from || key >= to) s[4 * n + e] = s[4 * n + 2 + e] = LOWEST;
        }
    }
}

// Weights in place of scores, and the sums of the thread's part of a row.
__device__ __forceinline__ void weigh(float (&s)[64], float (&sum)[2], const float (&bound)[2], float scale) {
    sum[0] = sum[1] = 0;
#pragma unroll
    for (int i = 0; i < 64; i++) {
        const int h = i >> 1 & 1;
        s[i] = power2(fmaf(s[i], scale, bound[h]));
        sum[h] += s[i];
    }
}

// A warpgroup's 64 query rows, of each thread rows g and g + 8 of its warp, against the tiles of a unit.
struct Rows {
    float context[32];
    float bound[2], sum[2];     // of the softmax: a weight is 2^(score * scale + bound)
    float s[64];                // scores, then weights
    float factor[2];            // by which the context shrinks since
    bool shrunk;

    __device__ __forceinline__ void start_scores(unsigned queries, unsigned keys) {
        const u64 a = descriptor(queries), b = descriptor(keys);
        pin(s);
        fence_registers();
#pragma unroll
        for (int k = 0; k < 4; k++) scores(s, a + 2 * k, b + 2 * k, k != 0);
        commit();
    }

    // Weights of the tile's keys [from, to).
    __device__ __forceinline__ void soften(unsigned queries, unsigned keys, int from, int to, float scale, int warp, int lane) {
        const bool masked = from > 0 || to < KEYS;
        float part[2];
        pin(s);
        if (masked) mask_outside(s, from, to, lane & 3);
        weigh(s, part, bound, scale);
        shrunk = __any_sync(0xFFFFFFFF, !(fmaxf(part[0], part[1]) < LARGEST_SUM));
        if (shrunk) {
            scores_of_warp(s, queries, keys, warp, lane);
            if (masked) mask_outside(s, from, to, lane & 3);
            lower_bounds(scale);
            weigh(s, part, bound, scale);
        }
        sum[0] += part[0];
        sum[1] += part[1];
    }

    __device__ __forceinline__ void lower_bounds(float scale) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            float most = LOWEST;
#pragma unroll
            for (int n = 0; n < 16; n++) most = fmaxf(most, fmaxf(s[4 * n + 2 * h], s[4 * n + 2 * h + 1]));
            most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, 1));
            most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, 2));
            const float next = fminf(bound[h], -most * scale);
            factor[h] = power2(next - bound[h]);
            bound[h] = next;
            sum[h] *= factor[h];
        }
    }

    // The weights as products take them; the context of the tiles before by the same bounds.
    __device__ __forceinline__ void settle(unsigned (&p)[32]) {
        if (shrunk) {
#pragma unroll
            for (int i = 0; i < 32; i++) context[i] *= factor[i >> 1 & 1];
        }
#pragma unroll
        for (int i = 0; i < 32; i++) p[i] = pack(s[2 * i], s[2 * i + 1]);
    }

    __device__ __forceinline__ void start_context(unsigned (&p)[32], unsigned values) {
        const u64 b = descriptor(values);
        pin(context);
        pin(p);
        fence_registers();
#pragma unroll
        for (int k = 0; k < 8; k++) ::context(context, p + 4 * k, b + k * (16 * 128 >> 4), 1);
        commit();
    }
};

// Begins with what the near tiles gave, where row is the thread's first and its sequence has rows up to lastRow; with their greatest
// weight alone if this is to be handed over.
__device__ __forceinline__ void begin(Rows &rows, const unsigned short *out, const float *logarithms, bool handedOver, u64 start, int row,
                                      int lastRow, int heads, int head, int headSize, int lane4) {
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
#pragma unroll
    for (int h = 0; h < 2; h++) {
        const u64 at = (start + min(row + 8 * h, lastRow)) * heads + head;
        rows.bound[h] = -logarithms[at];
        rows.sum[h] = lane4 == 0 && !handedOver ? 1 : 0;
#pragma unroll
        for (int n = 0; n < 8; n++) {
            const int column = 8 * n + 2 * lane4;
            const unsigned pair = column < headSize && !handedOver ? *(const unsigned *)(out + at * headSize + column) : 0;
            rows.context[4 * n + 2 * h] = low(pair);
            rows.context[4 * n + 2 * h + 1] = high(pair);
        }
    }
#else
    rows.bound[0] = rows.bound[1] = -LOWEST;
    rows.sum[0] = rows.sum[1] = 0;
#pragma unroll
    for (int i = 0; i < 32; i++) rows.context[i] = 0;
#endif
}

// The group's queries + QR_c for both sides to shared memory, and q.KR_c of the thread's rows. Of its two rows those from valid on are
// beyond the sequence: they count as zeros, lest what they hold makes their warp compute scores once more.
// from, to: where the thread's part of its first row is. The left needs the tables' rows of great distances, the first of KR and the
// last of QR; row r of a table has its 16-byte pieces at piece ^ (r & 7).
__device__ __forceinline__ void shift_queries(unsigned from, unsigned to, float (&numbers)[2][2], const char *keyTable,
                                              const char *queryTable, int lastTableRow, int valid, int lane) {
    const int g = lane >> 2, lane4 = lane & 3;
#pragma unroll
    for (int side = LEFT; side <= RIGHT; side++) {
        [[maybe_unused]] const int keyRow = side == LEFT ? 0 : lastTableRow, queryRow = lastTableRow - keyRow;
        numbers[side][0] = numbers[side][1] = 0;
#pragma unroll
        for (int piece = 0; piece < 8; piece++) {
            const unsigned mine = (piece ^ g) << 4;
#pragma unroll
            for (int h = 0; h < 2; h++) {
                unsigned q = h < valid ? load_shared(from + h * 8 * 128 + mine) : 0;
#if CONTENT_TO_POSITION
                const unsigned r = *(const unsigned *)(keyTable + keyRow * 128 + ((piece ^ (keyRow & 7)) << 4) + lane4 * 4);
                numbers[side][h] += low(q) * low(r) + high(q) * high(r);
#endif
#if POSITION_TO_CONTENT
                q = add_pairs(q, *(const unsigned *)(queryTable + queryRow * 128 + ((piece ^ (queryRow & 7)) << 4) + lane4 * 4));
#endif
                store_shared(to + side * QUERY_BYTES + h * 8 * 128 + mine, q);
            }
        }
#pragma unroll
        for (int h = 0; h < 2; h++) {
            numbers[side][h] += __shfl_xor_sync(0xFFFFFFFF, numbers[side][h], 1);
            numbers[side][h] += __shfl_xor_sync(0xFFFFFFFF, numbers[side][h], 2);
        }
    }
}

__device__ __forceinline__ void store(const Rows &rows, unsigned short *out, u64 start, int row, int lastRow, int heads, int head,
                                      int headSize, int lane4) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float sum = rows.sum[h];
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 1);
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 2);
        const float inverse = 1 / sum;
        unsigned short *to = out + ((start + row + 8 * h) * heads + head) * headSize + 2 * lane4;
#pragma unroll
        for (int n = 0; n < 8; n++) {
            if (row + 8 * h <= lastRow && 8 * n + 2 * lane4 < headSize)
                *(unsigned *)(to + 8 * n) = pack(rows.context[4 * n + 2 * h] * inverse, rows.context[4 * n + 2 * h + 1] * inverse);
        }
    }
}

// qkvMap: {headSize, tokens, 3*heads} of the packed queries, keys and values, boxes of 64 x 64 x 1, 128-byte swizzle.
// keyTables, queryTables: KR by falling and QR by rising distance, [heads, tableRows, 64], the 16-byte pieces of a row r at piece ^ (r & 7).
// out: [tokens, heads*headSize], logarithms: [tokens, heads] as attention_hopper_near.cu leaves them; out is continued.
// last: the smallest distance from which on all have one table row; first: the greatest from which on all smaller ones have.
// work: {first row, tokens, first query, 0} of the units of one head. shares: [gridDim.x], of the tiles of units, heads by heads.
// parts, flags: slots for what is handed over; the flags are 0 before and after.
extern "C" __global__ void __launch_bounds__(512, 1)
attention(const __grid_constant__ TensorMap qkvMap, unsigned short *out, const float *logarithms, const char *keyTables,
          const char *queryTables, int tableRows, int first, int last, const int4 *work, const int *workCount,
          const Share *shares, float4 *parts, unsigned *flags, int heads, int headSize, float scale) {
    extern __shared__ __align__(1024) char memory[];
    const unsigned base = shared_address(memory);
    const int lane = threadIdx.x & 31, lane4 = lane & 3;
    const int warpOfBlock = uniform(threadIdx.x >> 5);
    const int group = (warpOfBlock >> 2) - 1, warp = warpOfBlock & 3;
    const Barriers barriers{base + BARRIERS};
    Piece *pieces = (Piece *)(memory + PIECES);
    if (threadIdx.x == 0) barriers.init();
    __syncthreads();

    if (group < 0) {
        fewer_registers<LOADER_REGISTERS>();
        if (threadIdx.x > 0) return;
        prefetch(&qkvMap);
#if !CONTENT_TO_POSITION && !POSITION_TO_CONTENT
        await_grid();  // otherwise the near kernel, which this one need not wait for here, has waited for the queries, keys and values
#endif
        const Share share = shares[blockIdx.x];
        Pieces next(share, work, *workCount, first, last);
        Loader loader{base, barriers};
        while (next.remaining > 0) loader.load(next.next(), pieces, qkvMap, heads);
        return;
    }

    more_registers<REGISTERS>();
    await_grid();
    const unsigned queries = base + QUERIES + group * 2 * QUERY_BYTES;
    const unsigned mine = (warp * 16 + (lane >> 2)) * 128 + lane4 * 4;
    Ring ring;
    unsigned queryPhase = 0;
    for (int remaining = shares[blockIdx.x].tiles; remaining > 0;) {
        barrier_wait(barriers.queries(), queryPhase);
        const Piece &piece = pieces[queryPhase];
        const int from = piece.from, to = piece.to;
        remaining -= to - from;
        queryPhase ^= 1;
        const Tiles tiles{piece.tiles.left, piece.tiles.rightFrom};
        const int firstQuery = piece.query + group * ROWS, length = piece.length;
        if (firstQuery >= length) {
            arrive(barriers.queriesTaken(), lane);
#pragma unroll 1
            for (int tile = from; tile < to; tile++) {
                barrier_wait(barriers.values(ring.stage), ring.phase);
                arrive(barriers.vacant(ring.stage), lane);
                ring.advance();
            }
            continue;
        }

        const int row = firstQuery + warp * 16 + (lane >> 2), lastRow = length - 1;
        Rows rows;
        begin(rows, out, logarithms, piece.parts == HANDED_OVER, piece.start, row, lastRow, heads, piece.head, headSize, lane4);
        float numbers[2][2];
        named_barrier(1 + group, 128);  // all warps have finished the last unit's products
        const u64 table = (u64)piece.head * tableRows * 128;
        shift_queries(base + NEXT_QUERIES + group * QUERY_BYTES + mine, queries + mine, numbers, keyTables + table,
                      queryTables + table, tableRows - 1, row > lastRow ? 0 : row + 8 > lastRow ? 1 : 2, lane);
        arrive(barriers.queriesTaken(), lane);
        fence_shared();
        named_barrier(1 + group, 128);
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
        const int leftTo = left_to(firstQuery, length, last), rightFrom = right_from(firstQuery, length, first);
#else
        const int leftTo = 0, rightFrom = 0;
#endif
        const unsigned growth = base + NUMBERS + (threadIdx.x - 128) * 16;
#pragma unroll
        for (int h = 0; h < 2; h++) {
            store_float(growth + 4 * h, numbers[LEFT][h] * scale);
            store_float(growth + 8 + 4 * h, numbers[RIGHT][h] * scale);
            rows.bound[h] += load_float(growth + 8 * tiles.side(from) + 4 * h);
        }

        unsigned weights[32];
        Ring next = ring;  // of the tile whose scores are computed
        auto start_scores = [&](int tile) {
            barrier_wait(barriers.keys(next.stage), next.phase);
            rows.start_scores(queries + tiles.side(tile) * QUERY_BYTES, base + next.stage * STAGE_BYTES);
        };
        auto soften = [&](int tile) {
            if (tile == tiles.left && tile > from) {
#pragma unroll
                for (int h = 0; h < 2; h++) rows.bound[h] += load_float(growth + 8 + 4 * h) - load_float(growth + 4 * h);
            }
            const bool onLeft = tiles.side(tile) == LEFT;
            const int key = tiles.key(tile);
            rows.soften(queries + tiles.side(tile) * QUERY_BYTES, base + next.stage * STAGE_BYTES, onLeft ? 0 : rightFrom - key,
                        (onLeft ? leftTo : length) - key, scale, warp, lane);
            next.advance();
        };
        auto start_context = [&](int tile) {
            barrier_wait(barriers.values(ring.stage), ring.phase);
            const unsigned values = base + ring.stage * STAGE_BYTES + TILE_BYTES;
            const int valid = length - tiles.key(tile);
            if (valid < KEYS) clear_beyond<TILE_BYTES>(values, valid, group);
            rows.start_context(weights, values);
        };
        auto end_context = [&] {
            wait_products<0>();
            pin(rows.context);
            pin(weights);
        };
        auto release = [&] {
            arrive(barriers.vacant(ring.stage), lane);
            ring.advance();
        };

        start_scores(from);
        wait_products<0>();
        soften(from);
        rows.settle(weights);
#pragma unroll 1
        for (int tile = from; tile < to - 1; tile++) {
            start_scores(tile + 1);
            start_context(tile);
            wait_products<1>();
            soften(tile + 1);
            end_context();
            rows.settle(weights);
            release();
        }
        start_context(to - 1);
        end_context();
        release();
#pragma unroll
        for (int h = 0; h < 2; h++) rows.bound[h] -= load_float(growth + 8 * tiles.side(to - 1) + 4 * h);
        const int warpOfGroups = group * 4 + warp;
        if (piece.parts == HANDED_OVER) {
            hand_over(rows.context, rows.bound, rows.sum, parts, flags, piece.slot * WARPS + warpOfGroups, lane);
            continue;
        }
        for (int part = piece.slot - piece.parts; part < piece.slot; part++)
            merge(rows.context, rows.bound, rows.sum, parts, flags, part * WARPS + warpOfGroups, lane);
        store(rows, out, piece.start, row, lastRow, heads, piece.head, headSize, lane4);
    }
}
