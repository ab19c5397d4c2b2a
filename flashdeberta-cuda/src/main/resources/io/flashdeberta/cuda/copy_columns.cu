// y[r, toColumn + c] = x[r, fromColumn + c] for c in [0, count): a block for each row.
#include "number.cuh"

extern "C" __global__ void __launch_bounds__(128) copy_columns(
        const T* __restrict__ x,
        int xColumns,
        int fromColumn,
        T* __restrict__ y,
        int yColumns,
        int toColumn,
        int count) {
    const T* from = x + static_cast<size_t>(blockIdx.x) * xColumns + fromColumn;
    T* to = y + static_cast<size_t>(blockIdx.x) * yColumns + toColumn;
    for (int c = threadIdx.x; c < count; c += blockDim.x) {
        to[c] = from[c];
    }
}
