// Disentangled flash attention without tensor cores: exact in fp32, for any head size and any table of positions.
//
// A block computes 64 query rows of one head of one sequence and walks the keys in tiles of 64, with the online softmax of
// FlashAttention (Dao et al., 2022, arXiv:2205.14135). A thread holds the scores of 4 × 4 pairs that lie 16 apart, (i + 16a, j + 16b):
// the pairs of a tile have 127 distances, those of a thread only seven, i − j + 16·(a − b). So both position terms cost what
// the product of queries and keys costs: 4 + 4 + 7 + 7 reads of shared memory for 16 scores, and no table of products.
//
// Where a tile's distances all share one row c of the tables, q·k + q·KR[c] + k·QR[c] = (q + QR[c])·k + q·KR[c]:
// plain attention with a shifted query and one number for each row. In long sequences nearly every tile is such a one.
//
// Memory grows with the sequence only by the output. Shared memory holds 16 values of each head at a time.
#include "number.cuh"

constexpr int TILE = 64;
constexpr int LANES = 16; // a side of the block's square of threads
constexpr int PER_LANE = TILE / LANES;
constexpr int CHUNK = 16;
constexpr int CHUNKS = (HEAD_SIZE + CHUNK - 1) / CHUNK;
constexpr int DISTANCES = 2 * TILE - 1;
constexpr int THREAD_DISTANCES = 2 * PER_LANE - 1;
constexpr bool POSITIONS = CONTENT_TO_POSITION || POSITION_TO_CONTENT;

// Strides in shared memory: odd, so that neither rows nor columns meet in one bank.
constexpr int CONTENT_STRIDE = TILE + 1;
constexpr int POSITION_STRIDE = DISTANCES + 2;
constexpr int SCORE_FLOATS =
        CHUNK * 2 * CONTENT_STRIDE + (POSITIONS ? CHUNK * 2 * POSITION_STRIDE : 0);
constexpr int PRODUCT_FLOATS = TILE * CONTENT_STRIDE + CHUNK * CHUNKS * CHUNK;
constexpr int SHARED_FLOATS = SCORE_FLOATS > PRODUCT_FLOATS ? SCORE_FLOATS : PRODUCT_FLOATS;

struct Tables {
    const T* keyPositions; // KR of this head, [positionRows, HEAD_SIZE]
    const T* queryPositions; // QR of this head
    const int* rows; // δ(r) for r in [first, last]
    int first;
    int last;

    __device__ __forceinline__ int row(int distance) const {
        return rows[min(max(distance, first), last) - first];
    }
};

// One value of a row, or zero outside.
__device__ __forceinline__ float value(const T* base, size_t row, size_t stride, int d, bool inside) {
    return inside && d < HEAD_SIZE ? toFloat(base[row * stride + d]) : 0.0f;
}

// 64 rows' values [from, from + CHUNK), transposed, each plus the number in shift at its column.
__device__ __forceinline__ void loadContent(
        const T* base, size_t stride, int rows, int from, const T* shift, float* target) {
    const int d = threadIdx.x % CHUNK;
    const float extra = shift == nullptr ? 0.0f : value(shift, 0, 0, from + d, true);
#pragma unroll
    for (int n = 0; n < PER_LANE; n++) {
        const int row = threadIdx.x / CHUNK + n * LANES;
        target[d * CONTENT_STRIDE + row] = value(base, row, stride, from + d, row < rows) + extra;
    }
}

// The rows of a position table for the tile's distances, values [from, from + CHUNK), transposed.
__device__ __forceinline__ void loadPositions(
        const T* table, const int (&rows)[8], int from, float* target) {
    const int d = threadIdx.x % CHUNK;
#pragma unroll
    for (int n = 0; n < 8; n++) {
        const int x = threadIdx.x / CHUNK + n * LANES;
        if (x < DISTANCES) {
            target[d * POSITION_STRIDE + x] = value(table, rows[n], HEAD_SIZE, from + d, true);
        }
    }
}

// Scores of a tile whose distances have rows of their own; the tile's first query and first key are distance apart.
__device__ __forceinline__ void nearScores(
        const T* query,
        int queries,
        const T* key,
        int keys,
        size_t stride,
        int distance,
        const Tables& tables,
        float* shared,
        float (&scores)[PER_LANE][PER_LANE]) {
    float* q = shared;
    float* k = q + CHUNK * CONTENT_STRIDE;
    float* kr = k + CHUNK * CONTENT_STRIDE;
    float* qr = kr + CHUNK * POSITION_STRIDE;
    const int i = threadIdx.x / LANES;
    const int j = threadIdx.x % LANES;
    const int x = i - j + TILE - 1 - (PER_LANE - 1) * LANES;
    int rows[8];
#pragma unroll
    for (int n = 0; n < 8; n++) {
        rows[n] = POSITIONS
                ? tables.row(distance + static_cast<int>(threadIdx.x / CHUNK) + n * LANES - (TILE - 1))
                : 0;
    }
    for (int from = 0; from < HEAD_SIZE; from += CHUNK) {
        __syncthreads();
        loadContent(query, stride, queries, from, nullptr, q);
        loadContent(key, stride, keys, from, nullptr, k);
        if (CONTENT_TO_POSITION) {
            loadPositions(tables.keyPositions, rows, from, kr);
        }
        if (POSITION_TO_CONTENT) {
            loadPositions(tables.queryPositions, rows, from, qr);
        }
        __syncthreads();
#pragma unroll 4
        for (int d = 0; d < CHUNK; d++) {
            float queryValues[PER_LANE];
            float keyValues[PER_LANE];
            float keyPositions[THREAD_DISTANCES];
            float queryPositions[THREAD_DISTANCES];
#pragma unroll
            for (int a = 0; a < PER_LANE; a++) {
                queryValues[a] = q[d * CONTENT_STRIDE + i + a * LANES];
                keyValues[a] = k[d * CONTENT_STRIDE + j + a * LANES];
            }
#pragma unroll
            for (int e = 0; e < THREAD_DISTANCES; e++) {
                const int at = d * POSITION_STRIDE + x + e * LANES;
                keyPositions[e] = CONTENT_TO_POSITION ? kr[at] : 0.0f;
                queryPositions[e] = POSITION_TO_CONTENT ? qr[at] : 0.0f;
            }
#pragma unroll
            for (int a = 0; a < PER_LANE; a++) {
#pragma unroll
                for (int b = 0; b < PER_LANE; b++) {
                    const int e = a - b + PER_LANE - 1;
                    scores[a][b] += queryValues[a] * (keyValues[b] + keyPositions[e]);
                    if (POSITION_TO_CONTENT) {
                        scores[a][b] += keyValues[b] * queryPositions[e];
                    }
                }
            }
        }
    }
}

// Scores of a tile that has one row of the tables: its queries shifted by that row of QR.
__device__ __forceinline__ void farScores(
        const T* query,
        int queries,
        const T* key,
        int keys,
        size_t stride,
        const T* shift,
        const float (&constants)[PER_LANE],
        float* shared,
        float (&scores)[PER_LANE][PER_LANE]) {
    float* q = shared;
    float* k = q + CHUNK * CONTENT_STRIDE;
    const int i = threadIdx.x / LANES;
    const int j = threadIdx.x % LANES;
#pragma unroll
    for (int a = 0; a < PER_LANE; a++) {
#pragma unroll
        for (int b = 0; b < PER_LANE; b++) {
            scores[a][b] = constants[a];
        }
    }
    for (int from = 0; from < HEAD_SIZE; from += CHUNK) {
        __syncthreads();
        loadContent(query, stride, queries, from, shift, q);
        loadContent(key, stride, keys, from, nullptr, k);
        __syncthreads();
#pragma unroll 4
        for (int d = 0; d < CHUNK; d++) {
            float queryValues[PER_LANE];
            float keyValues[PER_LANE];
#pragma unroll
            for (int a = 0; a < PER_LANE; a++) {
                queryValues[a] = q[d * CONTENT_STRIDE + i + a * LANES];
                keyValues[a] = k[d * CONTENT_STRIDE + j + a * LANES];
            }
#pragma unroll
            for (int a = 0; a < PER_LANE; a++) {
#pragma unroll
                for (int b = 0; b < PER_LANE; b++) {
                    scores[a][b] += queryValues[a] * keyValues[b];
                }
            }
        }
    }
}

// The sum, or whatever combine makes, over the 16 threads that share query rows.
template <typename Combine>
__device__ __forceinline__ float acrossKeys(float x, Combine combine) {
#pragma unroll
    for (int lanes = LANES / 2; lanes > 0; lanes /= 2) {
        x = combine(x, __shfl_xor_sync(0xffffffff, x, lanes));
    }
    return x;
}

// Each of the thread's query rows times one row of a position table.
__device__ __forceinline__ void rowConstants(
        const T* query,
        int queries,
        size_t stride,
        const T* position,
        float (&constants)[PER_LANE]) {
#pragma unroll
    for (int a = 0; a < PER_LANE; a++) {
        const int row = threadIdx.x / LANES + a * LANES;
        float sum = 0;
        for (int d = threadIdx.x % LANES; d < HEAD_SIZE; d += LANES) {
            sum += value(query, row, stride, d, row < queries) * toFloat(position[d]);
        }
        constants[a] = acrossKeys(sum, [](float x, float y) { return x + y; });
    }
}

// output += probabilities · values, the probabilities handed over through shared memory. A tile has a sum of its own, so that rounding
// errors grow with the number of tiles and not with that of keys.
__device__ __forceinline__ void addProduct(
        const float (&probabilities)[PER_LANE][PER_LANE],
        const T* values,
        int keys,
        size_t stride,
        float* shared,
        float (&output)[PER_LANE][CHUNKS]) {
    float* p = shared;
    float* v = p + TILE * CONTENT_STRIDE;
    const int i = threadIdx.x / LANES;
    const int j = threadIdx.x % LANES;
    __syncthreads();
#pragma unroll
    for (int a = 0; a < PER_LANE; a++) {
#pragma unroll
        for (int b = 0; b < PER_LANE; b++) {
            p[(i + a * LANES) * CONTENT_STRIDE + j + b * LANES] = probabilities[a][b];
        }
    }
    float part[PER_LANE][CHUNKS] = {};
    for (int from = 0; from < keys; from += CHUNK) {
        __syncthreads();
        for (int n = threadIdx.x; n < CHUNK * CHUNKS * CHUNK; n += LANES * LANES) {
            const int row = from + n / (CHUNKS * CHUNK);
            v[n] = value(values, row, stride, n % (CHUNKS * CHUNK), row < keys);
        }
        __syncthreads();
#pragma unroll 4
        for (int key = 0; key < CHUNK; key++) {
            float weights[PER_LANE];
#pragma unroll
            for (int a = 0; a < PER_LANE; a++) {
                weights[a] = p[(i + a * LANES) * CONTENT_STRIDE + from + key];
            }
#pragma unroll
            for (int c = 0; c < CHUNKS; c++) {
                const float x = v[key * CHUNKS * CHUNK + c * LANES + j];
#pragma unroll
                for (int a = 0; a < PER_LANE; a++) {
                    part[a][c] += weights[a] * x;
                }
            }
        }
    }
#pragma unroll
    for (int a = 0; a < PER_LANE; a++) {
#pragma unroll
        for (int c = 0; c < CHUNKS; c++) {
            output[a][c] += part[a][c];
        }
    }
}

extern "C" __global__ void __launch_bounds__(LANES * LANES) attention(
        const T* __restrict__ qkv, // [tokens, 3·heads·HEAD_SIZE]
        const T* __restrict__ keyPositions, // KR [heads, positionRows, HEAD_SIZE], or null
        const T* __restrict__ queryPositions, // QR of the same shape, or null
        const int* __restrict__ table, // δ(r) for r in [first, last]
        int first,
        int last,
        int positionRows,
        float scale,
        const int4* __restrict__ items, // a sequence's first row, its length, the block's first query; x grid
        const int* __restrict__ itemCount,
        int heads, // y grid
        T* __restrict__ context) { // [tokens, heads·HEAD_SIZE]
    __shared__ float shared[SHARED_FLOATS];
    if (blockIdx.x >= *itemCount) {
        return;
    }
    const int4 item = items[blockIdx.x];
    const int head = blockIdx.y;
    const int length = item.y;
    const int firstQuery = item.z;
    const int queries = min(TILE, length - firstQuery);
    const size_t stride = static_cast<size_t>(3) * heads * HEAD_SIZE;
    const T* sequence = qkv + item.x * stride + head * HEAD_SIZE;
    const T* query = sequence + firstQuery * stride;
    const size_t positionOffset = static_cast<size_t>(head) * positionRows * HEAD_SIZE;
    const Tables tables = {
            keyPositions + positionOffset, queryPositions + positionOffset, table, first, last};
    const float scale2 = scale * 1.44269504f; // for powers of two

    float output[PER_LANE][CHUNKS] = {};
    float greatest[PER_LANE];
    float sums[PER_LANE] = {};
    float constants[PER_LANE] = {};
    int constantsOf = -1;
#pragma unroll
    for (int a = 0; a < PER_LANE; a++) {
        greatest[a] = -infinity();
    }

    for (int firstKey = 0; firstKey < length; firstKey += TILE) {
        const int keys = min(TILE, length - firstKey);
        const T* key = sequence + firstKey * stride + heads * HEAD_SIZE;
        const int distance = firstQuery - firstKey;
        float scores[PER_LANE][PER_LANE] = {};
        const bool saturated =
                POSITIONS && (distance + TILE - 1 <= first || distance - (TILE - 1) >= last);
        if (saturated) {
            const int row = tables.row(distance);
            if (CONTENT_TO_POSITION && constantsOf != row) {
                rowConstants(
                        query, queries, stride, tables.keyPositions + row * HEAD_SIZE, constants);
                constantsOf = row;
            }
            const T* shift =
                    POSITION_TO_CONTENT ? tables.queryPositions + row * HEAD_SIZE : nullptr;
            farScores(query, queries, key, keys, stride, shift, constants, shared, scores);
        } else {
            nearScores(query, queries, key, keys, stride, distance, tables, shared, scores);
        }

#pragma unroll
        for (int a = 0; a < PER_LANE; a++) {
            float most = greatest[a];
#pragma unroll
            for (int b = 0; b < PER_LANE; b++) {
                const bool inside = static_cast<int>(threadIdx.x % LANES) + b * LANES < keys;
                scores[a][b] = inside ? scores[a][b] * scale2 : -infinity();
                most = fmaxf(most, scores[a][b]);
            }
            most = acrossKeys(most, [](float x, float y) { return fmaxf(x, y); });
            const float correction = exp2f(greatest[a] - most);
            greatest[a] = most;
            sums[a] *= correction;
#pragma unroll
            for (int b = 0; b < PER_LANE; b++) {
                scores[a][b] = exp2f(scores[a][b] - most);
                sums[a] += scores[a][b];
            }
#pragma unroll
            for (int c = 0; c < CHUNKS; c++) {
                output[a][c] *= correction;
            }
        }
        addProduct(scores, key + heads * HEAD_SIZE, keys, stride, shared, output);
    }

#pragma unroll
    for (int a = 0; a < PER_LANE; a++) {
        const float sum = acrossKeys(sums[a], [](float x, float y) { return x + y; });
        const int row = threadIdx.x / LANES + a * LANES;
        if (row < queries) {
            const size_t token = static_cast<size_t>(item.x) + firstQuery + row;
            T* target = context + (token * heads + head) * HEAD_SIZE;
#pragma unroll
            for (int c = 0; c < CHUNKS; c++) {
                const int d = c * LANES + threadIdx.x % LANES;
                if (d < HEAD_SIZE) {
                    target[d] = fromFloat<T>(output[a][c] / sum);
                }
            }
        }
    }
}
