package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import java.util.List;

/** A way to compute attention. */
interface AttentionKernel {

    /** What it needs compiled. */
    List<KernelProgram> programs();

    /** Whether it asks nothing of a batch but what lies on the GPU, so that a pass with it can be recorded. */
    boolean recordable();

    /** How it wants a table of so many rows. */
    default TableShape table(int rows, int heads, int headSize) {
        return TableShape.byHead(rows, heads, headSize);
    }

    /** The table's rows by distance, as it wants them. */
    default int[] distances(RelativeBuckets buckets) {
        return DistanceTable.rows(buckets);
    }

    /** {@code qkv [totalTokens, 3·heads·headSize]} → {@code context [totalTokens, heads·headSize]}. */
    void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            CudaTensor context);
}
