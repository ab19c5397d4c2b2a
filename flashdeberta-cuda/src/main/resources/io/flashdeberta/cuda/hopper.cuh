// Hopper's instructions around asynchronous copies and products: barriers in shared memory, the copy engine, fences, descriptors.
#pragma once

typedef unsigned long long u64;

struct __align__(64) TensorMap { char bytes[128]; };

__device__ __forceinline__ unsigned shared_address(const void *p) {
    return (unsigned)__cvta_generic_to_shared(p);
}

__device__ __forceinline__ void barrier_init(unsigned barrier, int count) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(count) : "memory");
}

__device__ __forceinline__ void barrier_expect(unsigned barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void barrier_arrive(unsigned barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

__device__ __forceinline__ void barrier_wait(unsigned barrier, unsigned parity) {
    asm volatile(
        "{\n"
        ".reg .pred done;\n"
        "again:\n"
        "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
        "@done bra finished;\n"
        "bra again;\n"
        "finished:\n"
        "}\n" ::"r"(barrier), "r"(parity) : "memory");
}

__device__ __forceinline__ void load_tile(unsigned to, const TensorMap *map, int token, int head, unsigned barrier) {
    asm volatile(
        "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], [%5];" ::"r"(to),
        "l"(map), "r"(0), "r"(token), "r"(head), "r"(barrier)
        : "memory");
}

__device__ __forceinline__ void prefetch(const TensorMap *map) {
    asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

// The same by one thread of a warp, all of which come here: without a branch, so that what is the same for all stays so.
__device__ __forceinline__ void warp_expects(unsigned barrier, int bytes) {
    asm volatile(
        "{\n"
        ".reg .pred chosen;\n"
        "elect.sync _|chosen, 0xFFFFFFFF;\n"
        "@chosen mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;\n"
        "}\n" ::"r"(barrier), "r"(bytes) : "memory");
}
__device__ __forceinline__ void warp_loads_tile(unsigned to, const TensorMap *map, int token, int head, unsigned barrier) {
    asm volatile(
        "{\n"
        ".reg .pred chosen;\n"
        "elect.sync _|chosen, 0xFFFFFFFF;\n"
        "@chosen cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], [%5];\n"
        "}\n" ::"r"(to), "l"(map), "r"(0), "r"(token), "r"(head), "r"(barrier)
        : "memory");
}
__device__ __forceinline__ void warp_loads_bytes(unsigned to, const void *from, int bytes, unsigned barrier) {
    asm volatile(
        "{\n"
        ".reg .pred chosen;\n"
        "elect.sync _|chosen, 0xFFFFFFFF;\n"
        "@chosen cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];\n"
        "}\n" ::"r"(to), "l"(from), "r"(bytes), "r"(barrier)
        : "memory");
}

// 16 bytes, zeros if they are not there, in the background of the thread that then awaits them.
__device__ __forceinline__ void load_piece(unsigned to, const void *from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}
__device__ __forceinline__ void await_pieces() { asm volatile("cp.async.wait_all;" ::: "memory"); }

// Of each thread of a warpgroup, from now on.
template <int REGISTERS> __device__ __forceinline__ void more_registers() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}
template <int REGISTERS> __device__ __forceinline__ void fewer_registers() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

// Lets the next kernel's blocks begin where there is room, and lets those wait until this one has ended.
__device__ __forceinline__ void admit_next_grid() { asm volatile("griddepcontrol.launch_dependents;" ::: "memory"); }
__device__ __forceinline__ void await_grid() { asm volatile("griddepcontrol.wait;" ::: "memory"); }

__device__ __forceinline__ void named_barrier(int id, int threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

// Whether the condition holds for any of so many threads, all of which come here.
__device__ __forceinline__ bool named_barrier_any(int id, int threads, bool condition) {
    int any;
    asm volatile(
        "{\n"
        ".reg .pred mine, all;\n"
        "setp.ne.b32 mine, %3, 0;\n"
        "barrier.cta.red.or.pred all, %1, %2, mine;\n"
        "selp.u32 %0, 1, 0, all;\n"
        "}\n"
        : "=r"(any)
        : "r"(id), "r"(threads), "r"((int)condition)
        : "memory");
    return any;
}

// What was written before is seen by copies and products that start after.
__device__ __forceinline__ void fence_shared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

__device__ __forceinline__ void fence_registers() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <int PENDING> __device__ __forceinline__ void wait_products() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory");
}

// What asynchronous products read and write is in its registers before the fence, and stays there until they are waited for.
template <int N> __device__ __forceinline__ void pin(float (&r)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) asm volatile("" : "+f"(r[i])::"memory");
}
template <int N> __device__ __forceinline__ void pin(unsigned (&r)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) asm volatile("" : "+r"(r[i])::"memory");
}

// The same, computed anew where it is used: kept in a register, or out of one, it would cost more.
__device__ __forceinline__ unsigned hidden(unsigned x) {
    asm volatile("" : "+r"(x));
    return x;
}

// The value of lane 0, which the compiler then knows to be the same for the warp.
__device__ __forceinline__ int uniform(int x) { return __shfl_sync(0xFFFFFFFF, x, 0); }

// Counts a warp in; says how many were counted before. What those have done is seen.
__device__ __forceinline__ unsigned count_in(unsigned counter) {
    unsigned before;
    asm volatile(
        "{\n"
        ".reg .pred first;\n"
        ".reg .u32 lane;\n"
        "mov.u32 lane, %%laneid;\n"
        "setp.eq.u32 first, lane, 0;\n"
        "mov.u32 %0, 0;\n"
        "@first atom.acq_rel.cta.shared::cta.add.u32 %0, [%1], 1;\n"
        "}\n"
        : "=r"(before)
        : "r"(counter)
        : "memory");
    return uniform(before);
}

// The operands of step k along the head: registers, or a descriptor.
__device__ __forceinline__ const unsigned *part(const unsigned *a, int k) { return a + 4 * k; }
__device__ __forceinline__ u64 part(u64 a, int k) { return a + 2 * k; }

// Rows of 128 bytes under the 128-byte swizzle, groups of 8 rows 1024 bytes apart.
__device__ __forceinline__ u64 descriptor(unsigned address) {
    return (u64)((address & 0x3FFFF) >> 4) | (u64)1 << 16 | (u64)(1024 >> 4) << 32 | (u64)1 << 62;
}

__device__ __forceinline__ unsigned load_shared(unsigned address) {
    unsigned value;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(value) : "r"(address) : "memory");
    return value;
}
__device__ __forceinline__ void store_shared(unsigned address, unsigned value) {
    asm volatile("st.shared.u32 [%0], %1;" ::"r"(address), "r"(value) : "memory");
}
__device__ __forceinline__ float load_float(unsigned address) { return __uint_as_float(load_shared(address)); }
__device__ __forceinline__ void store_float(unsigned address, float value) { store_shared(address, __float_as_uint(value)); }
__device__ __forceinline__ void clear_shared(unsigned address) {
    asm volatile("st.shared.v4.u32 [%0], {%1, %1, %1, %1};" ::"r"(address), "r"(0) : "memory");
}
// What a warp's threads wrote to global memory before is seen by threads that read it after they have awaited the flag.
__device__ __forceinline__ void publish(unsigned *flag) {
    asm volatile("fence.acq_rel.gpu;\nst.relaxed.gpu.global.u32 [%0], 1;" ::"l"(flag) : "memory");
}
__device__ __forceinline__ void await_published(const unsigned *flag) {
    asm volatile(
        "{\n"
        ".reg .pred published;\n"
        ".reg .u32 value;\n"
        "again:\n"
        "ld.acquire.gpu.global.u32 value, [%0];\n"
        "setp.ne.u32 published, value, 0;\n"
        "@published bra finished;\n"
        "nanosleep.u32 64;\n"
        "bra again;\n"
        "finished:\n"
        "}\n" ::"l"(flag) : "memory");
}
__device__ __forceinline__ float4 load_published(const float4 *from) {
    float4 v;
    asm volatile("ld.global.cg.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(from) : "memory");
    return v;
}
__device__ __forceinline__ float power2(float x) {
    float y;
    asm volatile("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
// Of the softmax: of a thread's weights in a row, so that they stay finite in fp16; a score without weight.
constexpr float LARGEST_SUM = 16384;
constexpr float LOWEST = -1e30f;

// Zeros in place of the rows of 128 bytes from valid on in a tile of values, by a warpgroup: those beyond a sequence have no weight, but
// where they hold what is no number, neither would their product with it be one.
template <int BYTES> __device__ __forceinline__ void clear_beyond(unsigned values, int valid, int group) {
    for (unsigned at = valid * 128 + (threadIdx.x & 127) * 16; at < BYTES; at += 128 * 16) clear_shared(values + at);
    fence_shared();
    named_barrier(1 + group, 128);
}
