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

// The same for copies of 1 KiB that need no rearranging in shared memory: y [heads, tableRows, 64], row r at r + padding, its
// pieces of 16 bytes at piece ^ (row & 7), zero elsewhere. One block for each row of the table.
extern "C" __global__ void __launch_bounds__(128) swizzled_position_table(
        const T* __restrict__ x, int rows, int heads, int headSize, int tableRows, int padding, T* __restrict__ y) {
    constexpr int WIDTH = 64;
    const int tableRow = blockIdx.x, row = tableRow - padding;
    for (int i = threadIdx.x; i < heads * WIDTH; i += blockDim.x) {
        const int head = i / WIDTH, column = i % WIDTH;
        const size_t target = (static_cast<size_t>(head) * tableRows + tableRow) * WIDTH;
        const bool inside = row >= 0 && row < rows && column < headSize;
        y[target + (column ^ (tableRow & 7) * WIDEST)] =
                inside ? x[(static_cast<size_t>(row) * heads + head) * headSize + column] : fromFloat<T>(0);
    }
}
