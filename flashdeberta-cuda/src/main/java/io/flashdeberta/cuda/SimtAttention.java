package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import java.util.List;

/** Flash attention without tensor cores: attention.cu. */
final class SimtAttention implements AttentionKernel {

    private static final int THREADS = 256;

    /** What fits into the 48 KiB of shared memory that every GPU gives a block. */
    private static final int LARGEST_HEAD = 496;

    private final KernelProgram program;

    SimtAttention(NumberType type, AttentionShape shape) {
        int headSize = shape.headSize();
        if (headSize > LARGEST_HEAD) {
            throw new CudaException("Heads of size " + headSize + "; on a GPU at most "
                    + LARGEST_HEAD + " is possible. Use the CPU.");
        }
        program = KernelProgram.of(
                "attention.cu",
                type,
                "HEAD_SIZE=" + headSize,
                "CONTENT_TO_POSITION=" + (shape.contentToPosition() ? 1 : 0),
                "POSITION_TO_CONTENT=" + (shape.positionToContent() ? 1 : 0));
    }

    @Override
    public List<KernelProgram> programs() {
        return List.of(program);
    }

    @Override
    public int[] distances(RelativeBuckets buckets) {
        return DistanceTable.rows(buckets);
    }

    @Override
    public boolean recordable() {
        return true;
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context) {
        Launch launch = session.launch()
                .of(program, "attention", THREADS)
                .grid(batch.layout().smallItems(), attention.heads(), 1)
                .with(qkv.address())
                .with(attention.keyPositionsAddress())
                .with(attention.queryPositionsAddress());
        attention.passDistances(launch);
        launch.with(attention.scale())
                .with(batch.smallItems())
                .with(batch.smallCount())
                .with(attention.heads())
                .with(context)
                .run();
    }
}
