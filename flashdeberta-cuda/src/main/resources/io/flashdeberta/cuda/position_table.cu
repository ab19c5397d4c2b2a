// A position table by heads: x [rows, heads·headSize] → y [heads, rows, headSize], so that a head's rows lie side by side.
#include "number.cuh"

extern "C" __global__ void __launch_bounds__(128) position_table(
        const T* __restrict__ x, int rows, int heads, int headSize, T* __restrict__ y) {
    const int row = blockIdx.x;
    for (int i = threadIdx.x; i < heads * headSize; i += blockDim.x) {
        const size_t target = static_cast<size_t>(i / headSize) * rows + row;
        y[target * headSize + i % headSize] = x[static_cast<size_t>(row) * heads * headSize + i];
    }
}
