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

    /** How it wants KR. */
    default TableLayout keyTable(RelativeBuckets buckets, int headSize) {
        return TableLayout.plain(buckets.rows(), headSize);
    }

    /** How it wants QR. */
    default TableLayout queryTable(RelativeBuckets buckets, int headSize) {
        return TableLayout.plain(buckets.rows(), headSize);
    }

    /** The rows of the position tables by distance, if it looks them up. */
    default int[] distances(RelativeBuckets buckets) {
        return new int[0];
    }

    /** {@code qkv [totalTokens, 3·heads·headSize]} → {@code context [totalTokens, heads·headSize]}. */
    void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context);
}
