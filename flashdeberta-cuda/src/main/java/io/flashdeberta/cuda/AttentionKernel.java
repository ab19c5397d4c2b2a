package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A way to compute attention. */
interface AttentionKernel {

    /** Its programs. */
    List<KernelProgram> programs();

    /** Whether it asks nothing of a batch but what lies on the GPU, so that a pass with it can be recorded. */
    boolean recordable();

    /** How the work is divided among a fixed number of blocks; null if it is not. */
    default @Nullable WorkShares shares() {
        return null;
    }

    /** How it wants a position table of {@code rows}. */
    default TableLayout tables(int rows, int headSize) {
        return TableLayout.plain(rows, headSize);
    }

    /** The rows of the position tables by distance. */
    int[] distances(RelativeBuckets buckets);

    /** {@code qkv [totalTokens, 3·heads·headSize]} → {@code context [totalTokens, heads·headSize]}. */
    void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context);
}
