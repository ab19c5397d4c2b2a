// A position table by heads: x [_, heads·headSize] → y [heads, rows, width]. Row r is row sources[r] of x, zero from the head's size on;
// swizzled, its pieces of 16 bytes lie at piece ^ (r & 7), so that copies of 1 KiB need no rearranging in shared memory. One block for
// each row.
#include "number.cuh"

extern "C" __global__ void __launch_bounds__(128) position_table(const T* __restrict__ x, const int* __restrict__ sources, int heads,
                                                                  int headSize, int width, int swizzled, T* __restrict__ y) {
    const int row = blockIdx.x, rows = gridDim.x;
    const size_t source = static_cast<size_t>(sources[row]) * heads;
    const int shift = swizzled ? (row & 7) * WIDEST : 0;
    for (int i = threadIdx.x; i < heads * width; i += blockDim.x) {
        const int head = i / width, column = i % width;
        const size_t target = (static_cast<size_t>(head) * rows + row) * width;
        y[target + (column ^ shift)] = column < headSize ? x[(source + head) * headSize + column] : fromFloat<T>(0);
    }
}
