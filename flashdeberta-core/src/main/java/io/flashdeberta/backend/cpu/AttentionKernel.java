package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.PackedBatch;

/** A way to compute attention. */
interface AttentionKernel {

    /** Whether it reads queries, keys and values in the type that the matrix products take; else in fp32. */
    boolean readsRounded();

    /** {@code qkv [totalTokens, 3·heads·headSize]} → {@code context [totalTokens, heads·headSize]}. */
    void run(
            CpuThreads threads,
            Lane[] lanes,
            CpuAttention attention,
            PackedBatch batch,
            CpuTensor qkv,
            CpuTensor context);
}
