// Softmax of each row, in place: x [rows, columns] in fp32, a block for each row.
#include "number.cuh"

constexpr int WARPS = 8;

template <typename Combine>
__device__ float reduce(float value, Combine combine) {
    __shared__ float values[WARPS];
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes /= 2) {
        value = combine(value, __shfl_xor_sync(0xffffffff, value, lanes));
    }
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        values[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = values[0];
    for (int w = 1; w < WARPS; w++) {
        value = combine(value, values[w]);
    }
    return value;
}

extern "C" __global__ void __launch_bounds__(32 * WARPS) softmax(float* x, int columns) {
    float* row = x + static_cast<size_t>(blockIdx.x) * columns;
    float greatest = -infinity();
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        greatest = fmaxf(greatest, row[c]);
    }
    greatest = reduce(greatest, [](float a, float b) { return fmaxf(a, b); });
    float sum = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        row[c] = expf(row[c] - greatest);
        sum += row[c];
    }
    sum = reduce(sum, [](float a, float b) { return a + b; });
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        row[c] /= sum;
    }
}
