// y[r] = x[index[r]]: a block for each row of columns numbers, in accesses of 16 bytes where rows allow it.
#include "number.cuh"

template <typename Unit>
__device__ __forceinline__ void copy(const T* from, T* to, int columns) {
    const Unit* source = reinterpret_cast<const Unit*>(from);
    Unit* target = reinterpret_cast<Unit*>(to);
    for (int i = threadIdx.x; i < columns * sizeof(T) / sizeof(Unit); i += blockDim.x) {
        target[i] = source[i];
    }
}

extern "C" __global__ void __launch_bounds__(128) gather_rows(
        const T* __restrict__ x, const int* __restrict__ index, int columns, T* __restrict__ y) {
    const T* from = x + static_cast<size_t>(index[blockIdx.x]) * columns;
    T* to = y + static_cast<size_t>(blockIdx.x) * columns;
    if (columns % WIDEST == 0) {
        copy<uint4>(from, to, columns);
    } else {
        copy<T>(from, to, columns);
    }
}
