package io.flashdeberta.cuda;

/** A way to compute attention. */
interface AttentionKernel {

    /** Whether it asks nothing of a batch but what lies on the GPU, so that a pass with it can be recorded. */
    boolean recordable();

    /** {@code qkv [totalTokens, 3·heads·headSize]} → {@code context [totalTokens, heads·headSize]}. */
    void run(CudaSession session, CudaAttention attention, BatchData batch, long qkv, long context);
}
