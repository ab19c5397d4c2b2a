// One row of COLUMNS numbers in the registers of one warp, in fp32.
#pragma once
#include "number.cuh"

constexpr int WIDTH = COLUMNS % WIDEST == 0 ? WIDEST : 1;
constexpr int STEPS = (COLUMNS + 32 * WIDTH - 1) / (32 * WIDTH);

// WIDTH neighbouring floats, read in accesses of 16 bytes.
struct alignas(WIDTH > 1 ? 16 : 4) Floats {
    float values[WIDTH];
};

// What a layer normalisation multiplies a lane's columns by and adds to them.
struct Affine {
    Floats scale[STEPS];
    Floats shift[STEPS];

    __device__ __forceinline__ Affine(
            const float* __restrict__ scales, const float* __restrict__ shifts);
};

struct Row {
    float values[STEPS][WIDTH];

    // The column of the lane's first number of a step.
    static __device__ __forceinline__ int column(int step) {
        return (step * 32 + static_cast<int>(threadIdx.x % 32)) * WIDTH;
    }

    // Adds a stored row, or takes it if this is the first.
    __device__ __forceinline__ void add(const T* __restrict__ row, bool first) {
#pragma unroll
        for (int s = 0; s < STEPS; s++) {
            if (column(s) < COLUMNS) {
                const Pack<WIDTH> pack = *reinterpret_cast<const Pack<WIDTH>*>(row + column(s));
#pragma unroll
                for (int w = 0; w < WIDTH; w++) {
                    values[s][w] = toFloat(pack.values[w]) + (first ? 0.0f : values[s][w]);
                }
            }
        }
    }

    __device__ __forceinline__ void store(T* __restrict__ row) const {
#pragma unroll
        for (int s = 0; s < STEPS; s++) {
            if (column(s) < COLUMNS) {
                Pack<WIDTH> pack;
#pragma unroll
                for (int w = 0; w < WIDTH; w++) {
                    pack.values[w] = fromFloat<T>(values[s][w]);
                }
                *reinterpret_cast<Pack<WIDTH>*>(row + column(s)) = pack;
            }
        }
    }

    // (x − mean) / √(variance + ε) · scale + shift; two sums over registers, one read of memory.
    __device__ __forceinline__ void normalize(const Affine& affine, float epsilon) {
        const float mean = sum([](float x) { return x; }) / COLUMNS;
        const float variance = sum([mean](float x) { return (x - mean) * (x - mean); }) / COLUMNS;
        const float factor = 1.0f / sqrtf(variance + epsilon);
#pragma unroll
        for (int s = 0; s < STEPS; s++) {
            if (column(s) < COLUMNS) {
#pragma unroll
                for (int w = 0; w < WIDTH; w++) {
                    values[s][w] = (values[s][w] - mean) * factor * affine.scale[s].values[w]
                            + affine.shift[s].values[w];
                }
            }
        }
    }

private:
    template <typename Function>
    __device__ __forceinline__ float sum(Function function) const {
        float total = 0;
#pragma unroll
        for (int s = 0; s < STEPS; s++) {
            if (column(s) < COLUMNS) {
#pragma unroll
                for (int w = 0; w < WIDTH; w++) {
                    total += function(values[s][w]);
                }
            }
        }
#pragma unroll
        for (int lanes = 16; lanes > 0; lanes /= 2) {
            total += __shfl_xor_sync(0xffffffff, total, lanes);
        }
        return total;
    }
};

__device__ __forceinline__ Affine::Affine(
        const float* __restrict__ scales, const float* __restrict__ shifts) {
#pragma unroll
    for (int s = 0; s < STEPS; s++) {
        if (Row::column(s) < COLUMNS) {
            scale[s] = *reinterpret_cast<const Floats*>(scales + Row::column(s));
            shift[s] = *reinterpret_cast<const Floats*>(shifts + Row::column(s));
        }
    }
}
