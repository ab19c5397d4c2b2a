// A position table as an attention kernel wants it: x [rows, heads·headSize] → y, where head h's row r begins at
// h·headStride + (r + shift)·rowStride. Swizzled, piece p of 8 numbers of row r lies at p XOR the row's lowest 3 bits.
#include "number.cuh"

extern "C" __global__ void __launch_bounds__(128) position_table(
        const T* __restrict__ x,
        int heads,
        int headSize,
        int shift,
        int headStride,
        int rowStride,
        int swizzled,
        T* __restrict__ y) {
    const int row = blockIdx.x + shift;
    for (int i = threadIdx.x; i < heads * headSize; i += blockDim.x) {
        const int head = i / headSize;
        const int d = swizzled ? i % headSize ^ (row & 7) << 3 : i % headSize;
        y[static_cast<size_t>(head) * headStride + static_cast<size_t>(row) * rowStride + d] =
                x[static_cast<size_t>(blockIdx.x) * heads * headSize + i];
    }
}
