// Disentangled attention as the textbook has it, for one sequence: all scores, their softmax (softmax.cu), the product with
// the values. Quadratic in memory and slow; what the flash kernels are tested against.
#include "number.cuh"

__device__ float dot(const T* a, const T* b, int size) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
        sum += toFloat(a[d]) * toFloat(b[d]);
    }
    return sum;
}

// scores[h, i, j] = scale · (Qᵢ·Kⱼ + Qᵢ·KR[δ(i−j)] + Kⱼ·QR[δ(i−j)])
extern "C" __global__ void __launch_bounds__(256) eager_scores(
        const T* qkv, // [length, 3·heads·headSize], the sequence's first row
        const T* keyPositions, // KR [heads, positionRows, headSize], or null
        const T* queryPositions, // QR of the same shape, or null
        const int* table, // δ(r) for r in [first, last]
        int first,
        int last,
        int positionRows,
        float scale,
        int length,
        int heads,
        int headSize,
        float* scores) { // [heads, length, length]
    const int j = blockIdx.x * 32 + threadIdx.x % 32;
    const int i = blockIdx.y * 8 + threadIdx.x / 32;
    const int h = blockIdx.z;
    if (i >= length || j >= length) {
        return;
    }
    const size_t stride = static_cast<size_t>(3) * heads * headSize;
    const T* query = qkv + i * stride + h * headSize;
    const T* key = qkv + j * stride + (heads + h) * headSize;
    float score = dot(query, key, headSize);
    if (table != nullptr) {
        const int row = table[min(max(i - j, first), last) - first];
        const size_t offset = (static_cast<size_t>(h) * positionRows + row) * headSize;
        score += keyPositions == nullptr ? 0.0f : dot(query, keyPositions + offset, headSize);
        score += queryPositions == nullptr ? 0.0f : dot(key, queryPositions + offset, headSize);
    }
    scores[(static_cast<size_t>(h) * length + i) * length + j] = scale * score;
}

// context[i, h] = Σⱼ probabilities[h, i, j] · Vⱼ
extern "C" __global__ void __launch_bounds__(128) eager_product(
        const float* probabilities, // [heads, length, length]
        const T* qkv,
        int length,
        int heads,
        int headSize,
        T* context) { // [length, heads·headSize], the sequence's first row
    const int i = blockIdx.x;
    const int h = blockIdx.y;
    const size_t stride = static_cast<size_t>(3) * heads * headSize;
    const float* row = probabilities + (static_cast<size_t>(h) * length + i) * length;
    for (int d = threadIdx.x; d < headSize; d += blockDim.x) {
        const T* value = qkv + (2 * heads + h) * headSize + d;
        float sum = 0;
        for (int j = 0; j < length; j++) {
            sum += row[j] * toFloat(value[j * stride]);
        }
        context[(static_cast<size_t>(i) * heads + h) * headSize + d] = fromFloat<T>(sum);
    }
}
