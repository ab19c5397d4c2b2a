// Disentangled flash attention by mma.sync, for tensor-core GPUs of compute capability 7.5 and up, fp16 or (from 8.0) bf16, head
// sizes up to 256 that are multiples of 8, and any position table.
//
// A block works on 64 queries of one sequence and head, 16 for each of its 4 warps, against key tiles of 64. Where all distances
// of a tile have one row c of the tables, q.k + q.KR_c + k.QR_c = (q + QR_c).k + q.KR_c. Other tiles multiply Q and K with the
// rows of KR and QR that can occur in them, 64 rows at a time, and gather both products along the diagonals through shared memory.
//
// Compiled with BF16, CONTENT_TO_POSITION and POSITION_TO_CONTENT defined as 0 or 1, and HEAD_SIZE, the head size rounded up to a multiple of 16.

#include "mma.cuh"
#include "pairs.cuh"

typedef unsigned long long u64;

constexpr int TILE = 64;
constexpr int PITCH = HEAD_SIZE + 8;      // of a tile's rows in shared memory, in values: rows start in different banks
constexpr int BAND = TILE + 8;       // of the products' rows
constexpr int STEPS = HEAD_SIZE / 16;
constexpr float LOWEST = -1e30f;

__device__ __forceinline__ unsigned shared_address(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

__device__ __forceinline__ void load_matrices(unsigned (&r)[4], unsigned address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}
__device__ __forceinline__ void load_matrices_transposed(unsigned (&r)[4], unsigned address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

// Copies up to 64 rows of a head into shared memory; what lies beyond the rows or the head is zero.
__device__ __forceinline__ void copy_rows(unsigned short *to, const unsigned short *from, int rows, u64 stride, int size) {
    for (int i = threadIdx.x; i < TILE * (HEAD_SIZE / 8); i += 128) {
        const int row = i / (HEAD_SIZE / 8), column = i % (HEAD_SIZE / 8) * 8;
        uint4 value = make_uint4(0, 0, 0, 0);
        if (row < rows && column < size) value = *(const uint4 *)(from + row * stride + column);
        *(uint4 *)(to + row * PITCH + column) = value;
    }
}

// 16 rows of a tile as the left operand of products.
__device__ __forceinline__ void load_left(unsigned (&a)[4 * STEPS], const unsigned short *tile, int firstRow, int lane) {
    const unsigned from = shared_address(tile + (firstRow + (lane & 15)) * PITCH + (lane >> 4) * 8);
#pragma unroll
    for (int k = 0; k < STEPS; k++) load_matrices(*(unsigned(*)[4])(a + 4 * k), from + k * 32);
}

// d[16, 64] += a[16, HEAD_SIZE] . tile[64, HEAD_SIZE] transposed
__device__ __forceinline__ void multiply_rows(float (&d)[32], const unsigned (&a)[4 * STEPS], const unsigned short *tile, int lane) {
    const unsigned from = shared_address(tile + ((lane & 7) + (lane >> 4) * 8) * PITCH + (lane >> 3 & 1) * 8);
#pragma unroll
    for (int k = 0; k < STEPS; k++) {
#pragma unroll
        for (int n = 0; n < 4; n++) {
            unsigned b[4];
            load_matrices(b, from + (n * 16 * PITCH + k * 16) * 2);
            multiply(d + 8 * n, a + 4 * k, b[0], b[1]);
            multiply(d + 8 * n + 4, a + 4 * k, b[2], b[3]);
        }
    }
}

#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
// Stores a warp's product [16, 64] as 16-bit rows.
__device__ __forceinline__ void store_band(unsigned short *band, const float (&d)[32], int firstRow, int lane) {
    unsigned short *to = band + (firstRow + (lane >> 2)) * BAND + 2 * (lane & 3);
#pragma unroll
    for (int n = 0; n < 8; n++) {
        *(unsigned *)(to + 8 * n) = pack(d[4 * n], d[4 * n + 1]);
        *(unsigned *)(to + 8 * n + 8 * BAND) = pack(d[4 * n + 2], d[4 * n + 3]);
    }
}
#endif

__device__ __forceinline__ float power2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// qkv: [tokens, 3*heads*headSize]. keyTable, queryTable: [heads, rows, headSize]. distances: [2*center], at r + center the row of
// distance r (low half). first, last: the greatest distance with row 0 and the smallest with the last row.
// work: {first row, tokens, first query, 0} for each 128 queries of one head; two blocks each.
extern "C" __global__ void __launch_bounds__(128)
attention(const unsigned short *qkv, unsigned short *out, const unsigned short *keyTable, const unsigned short *queryTable, int rows,
          const unsigned *distances, int center, int first, int last, const int4 *work, const int *workCount, int heads, int headSize,
          float scale) {
    extern __shared__ __align__(16) unsigned short memory[];
    unsigned short *keys = memory, *values = keys + TILE * PITCH;
    unsigned short *table = values + TILE * PITCH;  // KR or QR, 64 rows
    unsigned short *queryBand = table + TILE * PITCH, *keyBand = queryBand + TILE * BAND;

    if (blockIdx.x >> 1 >= *workCount) return;
    const int4 item = work[blockIdx.x >> 1];
    const int length = item.y, firstQuery = item.z + (blockIdx.x & 1) * TILE, head = blockIdx.y;
    if (firstQuery >= length) return;
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, size = heads * headSize;
    const u64 stride = 3 * (u64)size;
    const unsigned short *sequence = qkv + item.x * stride + head * headSize;
    const int row = firstQuery + warp * 16 + (lane >> 2);  // and row + 8

    unsigned q[4 * STEPS], plain[4 * STEPS];
    copy_rows(keys, sequence + firstQuery * stride, min(TILE, length - firstQuery), stride, headSize);
    __syncthreads();
    load_left(plain, keys, warp * 16, lane);
    __syncthreads();

    float context[HEAD_SIZE / 8][4] = {};
    float reference[2] = {LOWEST, LOWEST}, sum[2] = {0, 0}, shift[2] = {0, 0};
    int saturated = 0;  // on which side q is shifted for: 1 left, -1 right
#pragma unroll
    for (int i = 0; i < 4 * STEPS; i++) q[i] = plain[i];

    for (int firstKey = 0; firstKey < length; firstKey += TILE) {
        const int distance = firstQuery - firstKey;
        int side = 0;
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
        side = distance - (TILE - 1) >= last ? 1 : distance + (TILE - 1) <= first ? -1 : 0;
        if (side != saturated) {
            saturated = side;
            shift[0] = shift[1] = 0;
            const u64 at = ((u64)head * rows + (side > 0 ? rows - 1 : 0)) * headSize;
#pragma unroll
            for (int k = 0; k < STEPS; k++) {
#pragma unroll
                for (int p = 0; p < 2; p++) {
                    const int column = 16 * k + 8 * p + 2 * (lane & 3);
                    const bool inside = side != 0 && column < headSize;
#pragma unroll
                    for (int h = 0; h < 2; h++) {
                        const int i = 4 * k + 2 * p + h;
                        q[i] = plain[i];
#if CONTENT_TO_POSITION
                        if (inside) {
                            const unsigned r = *(const unsigned *)(keyTable + at + column);
                            shift[h] += low(plain[i]) * low(r) + high(plain[i]) * high(r);
                        }
#endif
#if POSITION_TO_CONTENT
                        if (inside) q[i] = add_pairs(q[i], *(const unsigned *)(queryTable + at + column));
#endif
                    }
                }
            }
#pragma unroll
            for (int h = 0; h < 2; h++) {
                shift[h] += __shfl_xor_sync(0xFFFFFFFF, shift[h], 1);
                shift[h] += __shfl_xor_sync(0xFFFFFFFF, shift[h], 2);
                shift[h] *= scale;
            }
        }
#endif
        copy_rows(keys, sequence + firstKey * stride + size, min(TILE, length - firstKey), stride, headSize);
        copy_rows(values, sequence + firstKey * stride + 2 * size, min(TILE, length - firstKey), stride, headSize);
        __syncthreads();

        float s[32] = {};
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
        if (side == 0) {
            const unsigned *at = distances + center + distance;
            const int lowest = at[1 - TILE] & 0xFFFF, highest = at[TILE - 1] & 0xFFFF;
            for (int window = lowest; window <= highest; window += TILE) {
                const u64 from = ((u64)head * rows + window) * headSize;
                const int count = min(TILE, rows - window);
#if CONTENT_TO_POSITION
                {
                    copy_rows(table, keyTable + from, count, headSize, headSize);
                    __syncthreads();
                    float d[32] = {};
                    multiply_rows(d, plain, table, lane);
                    store_band(queryBand, d, warp * 16, lane);
                    __syncthreads();
                }
#endif
#if POSITION_TO_CONTENT
                {
                    copy_rows(table, queryTable + from, count, headSize, headSize);
                    __syncthreads();
                    unsigned k[4 * STEPS];
                    load_left(k, keys, warp * 16, lane);
                    float d[32] = {};
                    multiply_rows(d, k, table, lane);
                    store_band(keyBand, d, warp * 16, lane);
                    __syncthreads();
                }
#endif
#pragma unroll
                for (int n = 0; n < 8; n++) {
#pragma unroll
                    for (int h = 0; h < 2; h++) {
#pragma unroll
                        for (int e = 0; e < 2; e++) {
                            const int i = warp * 16 + (lane >> 2) + 8 * h, j = 8 * n + 2 * (lane & 3) + e;
                            const unsigned x = (at[i - j] & 0xFFFF) - window;
                            if (x < TILE) {
#if CONTENT_TO_POSITION
                                s[4 * n + 2 * h + e] += low(queryBand[i * BAND + x]);
#endif
#if POSITION_TO_CONTENT
                                s[4 * n + 2 * h + e] += low(keyBand[j * BAND + x]);
#endif
                            }
                        }
                    }
                }
                __syncthreads();
            }
        }
#endif
        multiply_rows(s, q, keys, lane);

        float factor[2];
#pragma unroll
        for (int h = 0; h < 2; h++) {
            float m = LOWEST;
#pragma unroll
            for (int n = 0; n < 8; n++) {
#pragma unroll
                for (int e = 0; e < 2; e++) {
                    float &x = s[4 * n + 2 * h + e];
                    x = firstKey + 8 * n + 2 * (lane & 3) + e < length ? fmaf(x, scale, shift[h]) : LOWEST;
                    m = fmaxf(m, x);
                }
            }
            m = fmaxf(m, __shfl_xor_sync(0xFFFFFFFF, m, 1));
            m = fmaxf(m, __shfl_xor_sync(0xFFFFFFFF, m, 2));
            m = fmaxf(m, reference[h]);
            factor[h] = power2(reference[h] - m);
            reference[h] = m;
            sum[h] *= factor[h];
        }
#pragma unroll
        for (int n = 0; n < HEAD_SIZE / 8; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) context[n][i] *= factor[i >> 1];
        }
#pragma unroll
        for (int k = 0; k < 4; k++) {
            unsigned p[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const int h = i & 1, n = 2 * k + (i >> 1);
                const float a = power2(s[4 * n + 2 * h] - reference[h]), b = power2(s[4 * n + 2 * h + 1] - reference[h]);
                sum[h] += a + b;
                p[i] = pack(a, b);
            }
            const unsigned from = shared_address(values + (16 * k + (lane & 15)) * PITCH + (lane >> 4) * 8);
#pragma unroll
            for (int n = 0; n < HEAD_SIZE / 16; n++) {
                unsigned b[4];
                load_matrices_transposed(b, from + n * 32);
                multiply(context[2 * n], p, b[0], b[1]);
                multiply(context[2 * n + 1], p, b[2], b[3]);
            }
        }
        __syncthreads();
    }

#pragma unroll
    for (int h = 0; h < 2; h++) {
        sum[h] += __shfl_xor_sync(0xFFFFFFFF, sum[h], 1);
        sum[h] += __shfl_xor_sync(0xFFFFFFFF, sum[h], 2);
        const float inverse = 1 / sum[h];
        unsigned short *to = out + (u64)(item.x + row + 8 * h) * size + head * headSize + 2 * (lane & 3);
#pragma unroll
        for (int n = 0; n < HEAD_SIZE / 8; n++) {
            if (row + 8 * h < length && 8 * n + 2 * (lane & 3) < headSize)
                *(unsigned *)(to + 8 * n) = pack(context[n][2 * h] * inverse, context[n][2 * h + 1] * inverse);
        }
    }
}
