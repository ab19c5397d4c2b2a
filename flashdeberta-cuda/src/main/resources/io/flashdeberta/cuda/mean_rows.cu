// The mean of each sequence's rows of x: [totalTokens, columns] → [sequences, columns].
// A block for each sequence and 32 columns; its eight warps take every eighth row.
#include "number.cuh"

constexpr int WARPS = 8;

extern "C" __global__ void __launch_bounds__(32 * WARPS) mean_rows(
        const T* __restrict__ x,
        const int* __restrict__ offsets, // [sequences + 1]
        int columns,
        T* __restrict__ y) {
    __shared__ float sums[WARPS][32];
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int column = blockIdx.y * 32 + lane;
    const int from = offsets[blockIdx.x];
    const int to = offsets[blockIdx.x + 1];
    float sum = 0;
    if (column < columns) {
        for (int r = from + warp; r < to; r += WARPS) {
            sum += toFloat(x[static_cast<size_t>(r) * columns + column]);
        }
    }
    sums[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && column < columns) {
        for (int w = 1; w < WARPS; w++) {
            sum += sums[w][lane];
        }
        y[static_cast<size_t>(blockIdx.x) * columns + column] = fromFloat<T>(sum / (to - from));
    }
}
