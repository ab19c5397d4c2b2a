// Pairs of fp16 or (BF16) bf16 numbers packed into 32 bits, the lower half first.
#pragma once

__device__ __forceinline__ unsigned pack(float low, float high) {
    unsigned d;
#if BF16
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(d) : "f"(high), "f"(low));
#elif __CUDA_ARCH__ >= 800
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(d) : "f"(high), "f"(low));
#else
    asm("{ .reg .f16 l, h; cvt.rn.f16.f32 l, %1; cvt.rn.f16.f32 h, %2; mov.b32 %0, {l, h}; }" : "=r"(d) : "f"(low), "f"(high));
#endif
    return d;
}
__device__ __forceinline__ float low(unsigned pair) {
#if BF16
    return __uint_as_float(pair << 16);
#else
    float f;
    asm("{ .reg .f16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, l; }" : "=f"(f) : "r"(pair));
    return f;
#endif
}
__device__ __forceinline__ float high(unsigned pair) {
#if BF16
    return __uint_as_float(pair & 0xFFFF0000u);
#else
    float f;
    asm("{ .reg .f16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, h; }" : "=f"(f) : "r"(pair));
    return f;
#endif
}
__device__ __forceinline__ unsigned add_pairs(unsigned a, unsigned b) {
    unsigned d;
#if BF16
    asm("{ .reg .b32 one; mov.b32 one, 0x3F803F80; fma.rn.bf16x2 %0, %1, one, %2; }" : "=r"(d) : "r"(a), "r"(b));
#else
    asm("add.rn.f16x2 %0, %1, %2;" : "=r"(d) : "r"(a), "r"(b));
#endif
    return d;
}
__device__ __forceinline__ void add_to_floats(float &l, float &h, unsigned a, unsigned b) {
#if BF16
    l = low(a) + low(b);
    h = high(a) + high(b);
#else
    unsigned sum = add_pairs(a, b);
    l = low(sum);
    h = high(sum);
#endif
}
