// Layer normalisation of each row of x, or of x + residual: [rows, COLUMNS] → [rows, COLUMNS].
// Bound by memory: every number is read once in accesses of 16 bytes and kept in registers, a warp for each row.
#include "row.cuh"

extern "C" __global__ void __launch_bounds__(128) layer_norm(
        const T* __restrict__ x,
        const T* __restrict__ residual, // or null
        const float* __restrict__ scale,
        const float* __restrict__ shift,
        float epsilon,
        int rows,
        T* __restrict__ y) {
    const int r = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (r >= rows) {
        return;
    }
    const size_t offset = static_cast<size_t>(r) * COLUMNS;
    Row row;
    row.add(x + offset, true);
    if (residual != nullptr) {
        row.add(residual + offset, false);
    }
    row.normalize(scale, shift, epsilon);
    row.store(y + offset);
}
