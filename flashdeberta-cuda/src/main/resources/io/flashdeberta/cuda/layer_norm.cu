// Layer normalisation of each row of x, or of x + residual: [rows, COLUMNS] → [rows, COLUMNS].
// Bound by memory: every number is read once in accesses of 16 bytes and kept in registers. A warp takes every so many-th row, and reads
// scale and shift once for all of them.
#include "row.cuh"

template <bool WITH_RESIDUAL>
__device__ __forceinline__ void run(
        const T* __restrict__ x,
        const T* __restrict__ residual,
        const float* __restrict__ scale,
        const float* __restrict__ shift,
        float epsilon,
        int rows,
        T* __restrict__ y) {
    const int warps = blockDim.x / 32;
    const Affine affine(scale, shift);
    for (int r = blockIdx.x * warps + threadIdx.x / 32; r < rows; r += gridDim.x * warps) {
        const size_t offset = static_cast<size_t>(r) * COLUMNS;
        Row row;
        row.add(x + offset, true);
        if (WITH_RESIDUAL) {
            row.add(residual + offset, false);
        }
        row.normalize(affine, epsilon);
        row.store(y + offset);
    }
}

extern "C" __global__ void __launch_bounds__(128) layer_norm(
        const T* x,
        const T* residual, // or null
        const float* scale,
        const float* shift,
        float epsilon,
        int rows,
        T* y) {
    if (residual == nullptr) {
        run<false>(x, residual, scale, shift, epsilon, rows, y);
    } else {
        run<true>(x, residual, scale, shift, epsilon, rows, y);
    }
}
