// Numbers from fp32 and to fp32.
#include "number.cuh"

extern "C" __global__ void __launch_bounds__(256) from_float(
        const float* __restrict__ x, long long count, T* __restrict__ y) {
    const long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < count) {
        y[i] = fromFloat<T>(x[i]);
    }
}

extern "C" __global__ void __launch_bounds__(256) to_float(
        const T* __restrict__ x, long long count, float* __restrict__ y) {
    const long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < count) {
        y[i] = toFloat(x[i]);
    }
}
