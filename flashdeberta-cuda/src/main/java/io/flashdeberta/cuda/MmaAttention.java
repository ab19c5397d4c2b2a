package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Flash attention on any GPU with tensor cores: attention_mma.cu. */
final class MmaAttention implements AttentionKernel {

    private static final int THREADS = 128;
    private static final int TILE = 64;
    private static final int PADDING = 8;
    private static final int TILES = 3;
    private static final int BANDS = 2;
    private static final int SMALL_HEAD = 64;
    private static final int LARGEST_HEAD = 128;
    private static final int PIECE = 8;

    private final KernelProgram program;
    private final int sharedBytes;

    private MmaAttention(KernelProgram program, int sharedBytes) {
        this.program = program;
        this.sharedBytes = sharedBytes;
    }

    /** The kernel for a model on a GPU; null if the GPU or the model is none for it. */
    static @Nullable MmaAttention of(Gpu gpu, NumberType type, AttentionShape shape) {
        int headSize = shape.headSize();
        int size = headSize <= SMALL_HEAD ? SMALL_HEAD : LARGEST_HEAD;
        int sharedBytes =
                (TILES * TILE * (size + PADDING) + BANDS * TILE * (TILE + PADDING)) * Short.BYTES;
        if (type == NumberType.FLOAT
                || (type == NumberType.BFLOAT && !gpu.atLeast(8, 0))
                || headSize > LARGEST_HEAD
                || headSize % PIECE != 0
                || sharedBytes > gpu.sharedMemory()) {
            return null;
        }
        return new MmaAttention(
                KernelProgram.of(
                        "attention_mma.cu",
                        type,
                        "BF16=" + (type == NumberType.BFLOAT ? 1 : 0),
                        "HEAD_SIZE=" + size,
                        "CONTENT_TO_POSITION=" + (shape.contentToPosition() ? 1 : 0),
                        "POSITION_TO_CONTENT=" + (shape.positionToContent() ? 1 : 0)),
                sharedBytes);
    }

    private static int center(RelativeBuckets buckets) {
        return Math.max(buckets.last(), -buckets.first()) + 2 * TILE;
    }

    @Override
    public List<KernelProgram> programs() {
        return List.of(program);
    }

    @Override
    public boolean recordable() {
        return true;
    }

    @Override
    public int[] distances(RelativeBuckets buckets) {
        return DistanceTable.pairs(buckets, center(buckets));
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context) {
        DistanceTable distances = attention.distances();
        Launch launch = session.launch()
                .of(program, "attention", THREADS)
                .grid(2L * batch.layout().largeItems(), attention.heads(), 1)
                .shared(sharedBytes)
                .with(qkv.address())
                .with(context)
                .with(attention.keyPositionsAddress())
                .with(attention.queryPositionsAddress())
                .with(distances == null ? 0 : distances.rows());
        attention.passPairs(launch);
        launch.with(batch.largeItems())
                .with(batch.largeCount())
                .with(attention.heads())
                .with(attention.headSize())
                .with((float) (attention.scale() / Math.log(2)))
                .run();
    }
}
