// Embeddings of tokens: words[id] (+ positions[position in the sequence]) (+ types[type]), each a row of COLUMNS numbers.
// The sum alone, for models that project it, or normalised. A warp for each token, as in layer_norm.cu.
#include "row.cuh"

__device__ __forceinline__ bool lookUp(
        const int* __restrict__ ids,
        const int* __restrict__ typeIds,
        const int2* __restrict__ places, // position in the sequence, tokens that follow there
        const T* __restrict__ words,
        const T* __restrict__ positions, // or null
        const T* __restrict__ types, // or null
        int tokens,
        int token,
        Row& row) {
    if (token >= tokens) {
        return false;
    }
    row.add(words + static_cast<size_t>(ids[token]) * COLUMNS, true);
    if (positions != nullptr) {
        row.add(positions + static_cast<size_t>(places[token].x) * COLUMNS, false);
    }
    if (types != nullptr) {
        row.add(types + static_cast<size_t>(typeIds[token]) * COLUMNS, false);
    }
    return true;
}

extern "C" __global__ void __launch_bounds__(128) embedding_sum(
        const int* ids,
        const int* typeIds,
        const int2* places,
        const T* words,
        const T* positions,
        const T* types,
        int tokens,
        T* __restrict__ y) {
    const int token = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    Row row;
    if (lookUp(ids, typeIds, places, words, positions, types, tokens, token, row)) {
        row.store(y + static_cast<size_t>(token) * COLUMNS);
    }
}

extern "C" __global__ void __launch_bounds__(128) embedding_layer_norm(
        const int* ids,
        const int* typeIds,
        const int2* places,
        const T* words,
        const T* positions,
        const T* types,
        int tokens,
        const float* scale,
        const float* shift,
        float epsilon,
        T* __restrict__ y) {
    const int token = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    Row row;
    if (lookUp(ids, typeIds, places, words, positions, types, tokens, token, row)) {
        row.normalize(Affine(scale, shift), epsilon);
        row.store(y + static_cast<size_t>(token) * COLUMNS);
    }
}
