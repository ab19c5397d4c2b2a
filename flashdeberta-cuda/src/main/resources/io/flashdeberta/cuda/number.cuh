// The numbers that kernels store: T is float, Half or BFloat, as NUMBER says. All arithmetic is in fp32.
// The toolkit has headers for this, but a user's machine may not: run-time compilation sees only what is here.
#pragma once

struct Half {
    unsigned short bits;
};

struct BFloat {
    unsigned short bits;
};

using T = NUMBER;

__device__ __forceinline__ float toFloat(float x) {
    return x;
}

__device__ __forceinline__ float toFloat(Half x) {
    float y;
    asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
    return y;
}

__device__ __forceinline__ float toFloat(BFloat x) {
    return __uint_as_float(static_cast<unsigned>(x.bits) << 16);
}

template <typename N>
__device__ N fromFloat(float x);

template <>
__device__ __forceinline__ float fromFloat<float>(float x) {
    return x;
}

template <>
__device__ __forceinline__ Half fromFloat<Half>(float x) {
    Half y;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
    return y;
}

template <>
__device__ __forceinline__ BFloat fromFloat<BFloat>(float x) {
    BFloat y;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
#else
    const unsigned bits = __float_as_uint(x);
    y.bits = x != x ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
#endif
    return y;
}

__device__ __forceinline__ float infinity() {
    return __int_as_float(0x7f800000);
}

// N neighbouring numbers, read and written in one access.
template <int N>
struct alignas(N * sizeof(T)) Pack {
    T values[N];
};

// Numbers in an access of 16 bytes.
constexpr int WIDEST = 16 / sizeof(T);
