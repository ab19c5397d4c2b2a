// compute-sanitizer --tool racecheck reports races here that there are none: in each of two pairs of warpgroups a thread passes a number
// to the others by named barriers that all threads of the pair join, while one group of each passes a barrier of its own in between.
//
//   nvcc -arch=sm_90 -o racecheck racecheck.cu && compute-sanitizer --tool racecheck ./racecheck
#include <cstdio>

__device__ void barrier(int id, int threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

__global__ void __launch_bounds__(512) pass(int *sums, int rounds) {
    __shared__ volatile int box[2];
    const int pair = threadIdx.x / 256, group = threadIdx.x / 128;
    int sum = 0;
    for (int n = 0; n < rounds + pair; n++) {
        barrier(5 + pair, 256);
        if (threadIdx.x % 256 == 0) box[pair] = n;
        barrier(5 + pair, 256);
        sum += box[pair];
        if (group % 2 == 0) barrier(1 + group, 128);
    }
    sums[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

int main() {
    int *sums;
    cudaMalloc(&sums, 132 * 512 * sizeof(int));
    pass<<<132, 512>>>(sums, 5);
    puts(cudaGetErrorString(cudaDeviceSynchronize()));
}
