// Shares of attention's key tiles, of equal work: a unit's tiles can belong to several, as in Stream-K
// (https://arxiv.org/abs/2301.03598). Who has a share goes through it backwards: what it has of a unit that another share ends comes
// first and is handed over; what others have handed over of a unit that it ends is merged last, when it is there. So one waits for
// shares of blocks before its own alone, which have begun before it: a GPU starts blocks in the order of their numbers.
#pragma once
#include "hopper.cuh"

// Of the tiles of units, one unit after the other.
struct __align__(16) Share {
    int tiles;  // in all
    int unit;   // the last one
    int end;    // the tile behind the last, counted from the unit's first
    int slot;   // for what is handed over
    int parts;  // of its first unit that others hand over, in the slots before
    int unused[3];
};

__device__ __forceinline__ Share load_share(const Share *from) {
    const int4 a = *(const int4 *)from;
    return {a.x, a.y, a.z, a.w, from->parts, {}};
}

constexpr int HANDED_OVER = -1;

// Of a slot, for each warp: vectors of its threads, and a flag that is 0 until they are there.
constexpr int VECTORS = 9;

// Leaves a warp's rows: context by weights 2^(score*scale + bound), and the weights' sums.
__device__ __forceinline__ void hand_over(const float (&context)[32], const float (&bound)[2], const float (&sum)[2], float4 *parts,
                                          unsigned *flags, int at, int lane) {
    float4 *to = parts + at * VECTORS * 32 + lane;
#pragma unroll
    for (int i = 0; i < 8; i++) to[32 * i] = make_float4(context[4 * i], context[4 * i + 1], context[4 * i + 2], context[4 * i + 3]);
    to[32 * 8] = make_float4(bound[0], bound[1], sum[0], sum[1]);
    __syncwarp();
    if (lane == 0) publish(flags + at);
}

// Adds what another warp has left.
__device__ __forceinline__ void merge(float (&context)[32], float (&bound)[2], float (&sum)[2], const float4 *parts, unsigned *flags,
                                      int at, int lane) {
    await_published(flags + at);
    __syncwarp();
    if (lane == 0) flags[at] = 0;
    const float4 *from = parts + at * VECTORS * 32 + lane;
    const float4 theirs = load_published(from + 32 * 8);
    const float next[2] = {fminf(bound[0], theirs.x), fminf(bound[1], theirs.y)};
    const float mine[2] = {power2(next[0] - bound[0]), power2(next[1] - bound[1])};
    const float other[2] = {power2(next[0] - theirs.x), power2(next[1] - theirs.y)};
    sum[0] = sum[0] * mine[0] + theirs.z * other[0];
    sum[1] = sum[1] * mine[1] + theirs.w * other[1];
    bound[0] = next[0];
    bound[1] = next[1];
#pragma unroll
    for (int i = 0; i < 8; i++) {
        const float4 part = load_published(from + 32 * i);
        context[4 * i] = context[4 * i] * mine[0] + part.x * other[0];
        context[4 * i + 1] = context[4 * i + 1] * mine[0] + part.y * other[0];
        context[4 * i + 2] = context[4 * i + 2] * mine[1] + part.z * other[1];
        context[4 * i + 3] = context[4 * i + 3] * mine[1] + part.w * other[1];
    }
}
