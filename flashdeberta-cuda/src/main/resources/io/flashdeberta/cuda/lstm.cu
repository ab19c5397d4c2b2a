// A step of a bidirectional LSTM in each sequence that goes on so long: a warp for a unit of a direction.
//   i, f, g, o = gates + U.h' + b,   c = sigmoid(f) * c' + sigmoid(i) * tanh(g),   h = sigmoid(o) * tanh(c)
#include "number.cuh"

constexpr int UNITS = 4;  // of a block
constexpr int GATES = 4;

__device__ __forceinline__ float sigmoid(float x) {
    return 1.0f / (1.0f + expf(-x));
}

// Adds the lane's part of the products of the unit's weights with a state.
template <int WIDTH>
__device__ __forceinline__ void multiply(float (&sums)[GATES], const T* weights, const T* state, int hidden, int lane) {
    for (int k = lane * WIDTH; k < hidden; k += 32 * WIDTH) {
        const Pack<WIDTH> h = *reinterpret_cast<const Pack<WIDTH>*>(state + k);
#pragma unroll
        for (int g = 0; g < GATES; g++) {
            const Pack<WIDTH> w = *reinterpret_cast<const Pack<WIDTH>*>(weights + static_cast<size_t>(g) * hidden * hidden + k);
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                sums[g] += toFloat(w.values[i]) * toFloat(h.values[i]);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(32 * UNITS) lstm_step(
        const T* __restrict__ gates, // [rows, 2, 4, hidden], of the inputs
        const T* __restrict__ weights, // [2, 4, hidden, hidden]
        const float* __restrict__ bias, // [2, 4, hidden]
        const int* __restrict__ offsets, // [sequences + 1]
        int sequences,
        int hidden,
        int step,
        float* __restrict__ cells, // [2, sequences, hidden]
        T* y) { // [rows, 2, hidden]; read where the last step wrote it
    const int lane = threadIdx.x % 32;
    const int unit = blockIdx.x * UNITS + threadIdx.x / 32;
    const int direction = blockIdx.y;
    if (unit >= hidden) {
        return;
    }
    const T* own = weights + (static_cast<size_t>(direction) * GATES * hidden + unit) * hidden;
    for (int s = blockIdx.z; s < sequences; s += gridDim.z) {
        const int from = offsets[s];
        const int to = offsets[s + 1];
        if (step >= to - from) {
            continue;
        }
        const int row = direction == 0 ? from + step : to - 1 - step;
        const int before = direction == 0 ? row - 1 : row + 1;
        float sums[GATES] = {};
        if (step > 0) {
            const T* state = y + (static_cast<size_t>(before) * 2 + direction) * hidden;
            if (hidden % WIDEST == 0) {
                multiply<WIDEST>(sums, own, state, hidden, lane);
            } else {
                multiply<1>(sums, own, state, hidden, lane);
            }
        }
#pragma unroll
        for (int g = 0; g < GATES; g++) {
#pragma unroll
            for (int lanes = 16; lanes > 0; lanes /= 2) {
                sums[g] += __shfl_xor_sync(0xffffffff, sums[g], lanes);
            }
            const int column = (direction * GATES + g) * hidden + unit;
            sums[g] += toFloat(gates[static_cast<size_t>(row) * 2 * GATES * hidden + column]) + bias[column];
        }
        if (lane == 0) {
            float* cell = cells + (static_cast<size_t>(direction) * sequences + s) * hidden + unit;
            const float c = (step > 0 ? sigmoid(sums[1]) * *cell : 0.0f) + sigmoid(sums[0]) * tanhf(sums[2]);
            *cell = c;
            y[(static_cast<size_t>(row) * 2 + direction) * hidden + unit] = fromFloat<T>(sigmoid(sums[3]) * tanhf(c));
        }
    }
}
