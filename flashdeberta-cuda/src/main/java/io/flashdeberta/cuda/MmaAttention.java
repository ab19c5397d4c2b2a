package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import java.util.List;

/** Flash attention on the tensor cores of Turing and newer GPUs: attention_mma.cu. */
final class MmaAttention implements AttentionKernel {

    static final int LARGEST_HEAD = 128;

    private static final int THREADS = 128;
    private static final int TILE = 64;
    private static final int PADDING = 8;
    private static final int SMALLEST_HEAD = 64;
    private static final int BLOCKS_OF_ITEM = BatchLayout.LARGE_TILE / TILE;

    private final KernelProgram program;

    MmaAttention(
            NumberType type, int headSize, boolean contentToPosition, boolean positionToContent) {
        program = KernelProgram.of(
                        "attention_mma.cu",
                        type,
                        "HEAD=" + rounded(headSize),
                        "BF16=" + (type == NumberType.BFLOAT ? 1 : 0),
                        "C2P=" + (contentToPosition ? 1 : 0),
                        "P2C=" + (positionToContent ? 1 : 0))
                .withSharedBytes(sharedBytes(headSize));
    }

    /** Head sizes share two kernels. */
    private static int rounded(int headSize) {
        return headSize <= SMALLEST_HEAD ? SMALLEST_HEAD : LARGEST_HEAD;
    }

    /** Three tiles and the two products of a tile with position rows. */
    static int sharedBytes(int headSize) {
        int tile = TILE * (rounded(headSize) + PADDING);
        return (3 * tile + 2 * TILE * (TILE + PADDING)) * Short.BYTES;
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
    public TableShape table(int rows, int heads, int headSize) {
        return TableShape.byRow(rows, heads, headSize);
    }

    @Override
    public int[] distances(RelativeBuckets buckets) {
        return DistanceTable.pairs(buckets, 0);
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            CudaTensor context) {
        DistanceTable distances = attention.distances();
        session.launch(program, "attention", THREADS)
                .grid((long) BLOCKS_OF_ITEM * batch.layout().largeItems(), attention.heads(), 1)
                .with(qkv.address())
                .with(context.address())
                .with(attention.keyPositionsAddress())
                .with(attention.queryPositionsAddress())
                .with(distances == null ? 0 : distances.rows())
                .with(distances == null ? 0L : distances.table().address())
                .with(distances == null ? 0 : distances.center())
                .with(distances == null ? 0 : distances.first())
                .with(distances == null ? 0 : distances.last())
                .with(batch.largeItems())
                .with(batch.largeCount())
                .with(attention.heads())
                .with(attention.headSize())
                .with(attention.scaleOfPowersOfTwo())
                .run();
    }
}
