// y = f(y + bias) in place, y [rows, columns]: what a matrix product's own epilogue cannot do.
#include "number.cuh"

__device__ __forceinline__ float apply(int function, float x) {
    switch (function) {
        case 1: // GELU
            return 0.5f * x * (1.0f + erff(x * 0.70710678f));
        case 2: // GELU by tanh
            return 0.5f * x * (1.0f + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
        case 3: // ReLU; a NaN stays one
            return x < 0.0f ? 0.0f : x;
        case 4:
            return tanhf(x);
        case 5: // sigmoid
            return 1.0f / (1.0f + expf(-x));
        case 6: // SiLU
            return x / (1.0f + expf(-x));
        default:
            return x;
    }
}

template <int N>
__device__ __forceinline__ void run(
        T* y, const T* bias, int function, size_t count, int columns) {
    const size_t first = (static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x) * N;
    if (first >= count) {
        return;
    }
    Pack<N> pack = *reinterpret_cast<const Pack<N>*>(y + first);
    const int column = static_cast<int>(first % columns);
#pragma unroll
    for (int i = 0; i < N; i++) {
        const float shift = bias == nullptr ? 0.0f : toFloat(bias[column + i]);
        pack.values[i] = fromFloat<T>(apply(function, toFloat(pack.values[i]) + shift));
    }
    *reinterpret_cast<Pack<N>*>(y + first) = pack;
}

// Rows whose size is a multiple of WIDEST.
extern "C" __global__ void __launch_bounds__(256) activation_wide(
        T* y, const T* bias, int function, long long count, int columns) {
    run<WIDEST>(y, bias, function, count, columns);
}

extern "C" __global__ void __launch_bounds__(256) activation(
        T* y, const T* bias, int function, long long count, int columns) {
    run<1>(y, bias, function, count, columns);
}
