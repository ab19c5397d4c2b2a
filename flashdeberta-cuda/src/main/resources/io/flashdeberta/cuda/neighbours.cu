// A token and its neighbours side by side, so that a convolution over the tokens is one matrix product:
// y[r, k·width + c] = x[r + k − kernel/2, column + c], zero beyond the ends of the token's sequence.
#include "number.cuh"

extern "C" __global__ void __launch_bounds__(128) neighbours(
        const T* __restrict__ x, // [rows, columns]
        const int2* __restrict__ places, // position in the sequence, tokens that follow there
        int columns,
        int column,
        int width,
        int kernel,
        T* __restrict__ y) { // [rows, kernel·width]
    const int row = blockIdx.x;
    const int2 place = places[row];
    T* to = y + static_cast<size_t>(row) * kernel * width;
    for (int i = threadIdx.x; i < kernel * width; i += blockDim.x) {
        const int shift = i / width - kernel / 2;
        const bool inside = -shift <= place.x && shift <= place.y;
        const size_t from = (static_cast<size_t>(row) + shift) * columns + column + i % width;
        to[i] = inside ? x[from] : fromFloat<T>(0.0f);
    }
}
