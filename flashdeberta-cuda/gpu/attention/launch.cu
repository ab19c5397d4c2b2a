// Loads and starts the attention kernels for attention.py.
#include <cuda.h>
#include <cuda_runtime.h>
#include <cstdio>
#include <cstdint>
template <typename F> static F entry(const char *name) {
    void *f = nullptr; cudaDriverEntryPointQueryResult r;
    cudaGetDriverEntryPointByVersion(name, &f, 13000, cudaEnableDefault, &r);
    if (!f) cudaGetDriverEntryPointByVersion(name, &f, 12000, cudaEnableDefault, &r);
    if (!f) fprintf(stderr, "no %s\n", name);
    return (F)f;
}
extern "C" void *load(const char *path, int shared) {
    cudaFree(0);
    auto moduleLoad = entry<CUresult (*)(CUmodule *, const char *)>("cuModuleLoad");
    auto get = entry<CUresult (*)(CUfunction *, CUmodule, const char *)>("cuModuleGetFunction");
    auto attr = entry<CUresult (*)(CUfunction, CUfunction_attribute, int)>("cuFuncSetAttribute");
    CUmodule m; CUfunction f;
    CUresult r = moduleLoad(&m, path);
    if (r) { fprintf(stderr, "load %s: %d\n", path, r); return nullptr; }
    if ((r = get(&f, m, "attention"))) { fprintf(stderr, "get: %d\n", r); return nullptr; }
    if ((r = attr(f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared))) { fprintf(stderr, "attr: %d\n", r); return nullptr; }
    return f;
}
static CUresult start(void *f, int grid, int gridY, int threads, int shared, void *stream, void **args) {
    static auto go = entry<CUresult (*)(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void **, void **)>("cuLaunchKernel");
    CUresult r = go((CUfunction)f, grid, gridY, 1, threads, 1, 1, shared, (CUstream)stream, args, nullptr);
    if (r) fprintf(stderr, "launch: %d\n", r);
    return r;
}

// Begins where there is room while the kernel before still runs, if that admits it.
static CUresult start_early(void *f, int grid, int threads, int shared, void *stream, void **args) {
    static auto go = entry<CUresult (*)(const CUlaunchConfig *, CUfunction, void **, void **)>("cuLaunchKernelEx");
    CUlaunchAttribute early = {};
    early.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
    early.value.programmaticStreamSerializationAllowed = 1;
    CUlaunchConfig config = {};
    config.gridDimX = grid, config.gridDimY = config.gridDimZ = 1;
    config.blockDimX = threads, config.blockDimY = config.blockDimZ = 1;
    config.sharedMemBytes = shared, config.hStream = (CUstream)stream;
    config.attrs = &early, config.numAttrs = 1;
    CUresult r = go(&config, (CUfunction)f, args, nullptr);
    if (r) fprintf(stderr, "launch: %d\n", r);
    return r;
}

static CUtensorMap tiles(bool bf16, void *qkv, int tokens, int heads, int headSize) {
    static auto encode = entry<CUresult (*)(CUtensorMap *, CUtensorMapDataType, cuuint32_t, void *, const cuuint64_t *, const cuuint64_t *, const cuuint32_t *, const cuuint32_t *, CUtensorMapInterleave, CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill)>("cuTensorMapEncodeTiled");
    alignas(64) CUtensorMap map;
    cuuint64_t dims[3] = {(cuuint64_t)headSize, (cuuint64_t)tokens, (cuuint64_t)3 * heads};
    cuuint64_t strides[2] = {(cuuint64_t)3 * heads * headSize * 2, (cuuint64_t)headSize * 2};
    cuuint32_t box[3] = {64, 64, 1}, one[3] = {1, 1, 1};
    CUresult r = encode(&map, bf16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16, 3, qkv, dims, strides, box, one, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_128B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (r) fprintf(stderr, "encode: %d\n", r);
    return map;
}

extern "C" int launch_near(void *f, int grid, int shared, void *stream, int bf16, void *qkv, int tokens, void *out, void *kt, void *qt,
    int tableBlocks, int first, int last, int shortestFar, void *work, void *workCount, void *shares, void *parts, void *flags, void *logarithms, int heads, int headSize, float scale) {
    CUtensorMap map = tiles(bf16, qkv, tokens, heads, headSize);
    void *args[] = {&map, &qkv, &out, &kt, &qt, &tableBlocks, &first, &last, &shortestFar, &work, &workCount, &shares, &parts, &flags, &logarithms, &heads, &headSize, &scale};
    return start(f, grid, 1, 256, shared, stream, args);
}

extern "C" int launch_far(void *f, int grid, int shared, void *stream, int bf16, void *qkv, int tokens, void *out, void *logarithms, void *kt,
    void *qt, int tableRows, int first, int last, void *work, void *workCount, void *shares, void *parts,
    void *flags, int heads, int headSize, float scale) {
    CUtensorMap map = tiles(bf16, qkv, tokens, heads, headSize);
    void *args[] = {&map, &out, &logarithms, &kt, &qt, &tableRows, &first, &last, &work, &workCount, &shares, &parts, &flags, &heads, &headSize, &scale};
    return start_early(f, grid, 512, shared, stream, args);
}

extern "C" int launch_mma(void *f, int gx, int gy, int shared, void *stream, void *qkv, void *out, void *kt, void *qt, int rows, void *distances, int center, int first, int last, void *work, void *workCount, int heads, int headSize, float scale) {
    void *args[] = {&qkv, &out, &kt, &qt, &rows, &distances, &center, &first, &last, &work, &workCount, &heads, &headSize, &scale};
    return start(f, gx, gy, 128, shared, stream, args);
}
