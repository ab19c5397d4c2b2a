package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Flash attention with the instructions of Hopper GPUs: attention_hopper_near.cu for the key tiles whose distances differ by
 * their buckets, then attention_hopper_far.cu for the others, where there are any.
 */
final class HopperAttention implements AttentionKernel {

    private static final int NEAR_THREADS = 256;
    private static final int NEAR_SHARED_BYTES = 115_104;
    private static final int FAR_THREADS = 512;
    private static final int FAR_SHARED_BYTES = 211_152;
    private static final int LARGEST_HEAD = 64;
    private static final int PIECE = 8;

    /** Distances of a position table in each direction at most: 1 MiB for a head. */
    private static final int MOST_REACH = 4096;

    private final NumberType type;
    private final KernelProgram near;
    private final KernelProgram far;
    private final @Nullable PositionBlocks blocks;
    private final WorkShares shares;

    private HopperAttention(
            NumberType type,
            KernelProgram near,
            KernelProgram far,
            @Nullable PositionBlocks blocks,
            WorkShares shares) {
        this.type = type;
        this.near = near;
        this.far = far;
        this.blocks = blocks;
        this.shares = shares;
    }

    /** The kernel for a model on a GPU; null if the GPU or the model is none for it. */
    static @Nullable HopperAttention of(Gpu gpu, NumberType type, AttentionShape shape) {
        RelativeBuckets buckets = shape.buckets();
        PositionBlocks blocks = buckets == null ? null : PositionBlocks.of(buckets);
        if (gpu.major() != 9
                || gpu.minor() != 0
                || gpu.sharedMemory() < FAR_SHARED_BYTES
                || type == NumberType.FLOAT
                || shape.headSize() > LARGEST_HEAD
                || shape.headSize() % PIECE != 0
                || (blocks != null && blocks.reach() > MOST_REACH)) {
            return null;
        }
        return new HopperAttention(
                type,
                program("attention_hopper_near.cu", type, shape),
                program("attention_hopper_far.cu", type, shape),
                blocks,
                new WorkShares(shape.heads(), buckets, gpu.multiprocessors()));
    }

    private static KernelProgram program(String file, NumberType type, AttentionShape shape) {
        return KernelProgram.of(
                file,
                type,
                "BF16=" + (type == NumberType.BFLOAT ? 1 : 0),
                "CONTENT_TO_POSITION=" + (shape.contentToPosition() ? 1 : 0),
                "POSITION_TO_CONTENT=" + (shape.positionToContent() ? 1 : 0));
    }

    @Override
    public List<KernelProgram> programs() {
        return blocks == null ? List.of(far) : List.of(near, far);
    }

    @Override
    public boolean recordable() {
        return true;
    }

    @Override
    public @Nullable WorkShares shares() {
        return shares;
    }

    @Override
    public TableLayout keyTable(RelativeBuckets buckets, int headSize) {
        return Objects.requireNonNull(blocks).falling(buckets);
    }

    @Override
    public TableLayout queryTable(RelativeBuckets buckets, int headSize) {
        return Objects.requireNonNull(blocks).rising(buckets);
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context) {
        boolean continued = blocks != null && batch.layout().farItems() > 0;
        // Rows that rounding adds are a sequence too.
        long bytes = (long) Float.BYTES * batch.layout().rows() * attention.heads();
        try (Arena.@Nullable Span logarithms = continued ? session.arena().allocate(bytes) : null;
                Arena.Span parts = session.arena().allocate(shares.partBytes(batch.layout()))) {
            Pass pass = new Pass(
                    session.launch(),
                    session.tensorMap().tiles(qkv, type, attention.heads(), attention.headSize()),
                    attention,
                    batch,
                    qkv.address(),
                    context,
                    logarithms == null ? 0 : logarithms.address(),
                    parts.address());
            runNear(pass);
            runFar(pass);
        }
    }

    /**
     * What both kernels work on.
     *
     * @param tiles for the copy engine
     * @param logarithms what the first leaves to the second, {@code [tokens, heads]}; 0 if there is nothing to go on with
     * @param parts room for what one share leaves to another
     */
    private record Pass(
            Launch launch,
            Pointer tiles,
            CudaAttention attention,
            BatchData batch,
            long qkv,
            long context,
            long logarithms,
            long parts) {

        Launch of(KernelProgram program, int blocks, int threads, int sharedBytes) {
            return launch.of(program, "attention", threads)
                    .grid(blocks, 1, 1)
                    .shared(sharedBytes)
                    .with(tiles);
        }

        /** Runs with the last arguments; weights are powers of 2. */
        void run() {
            launch.with(attention.heads())
                    .with(attention.headSize())
                    .with((float) (attention.scale() / Math.log(2)))
                    .run();
        }
    }

    /** Does not begin early, since the kernel after it does, and relies on the queries, keys and values being there. */
    private void runNear(Pass pass) {
        int grid = shares.nearBlocks(pass.batch.layout());
        if (grid == 0) {
            return;
        }
        Launch launch = pass.of(near, grid, NEAR_THREADS, NEAR_SHARED_BYTES)
                .with(pass.qkv)
                .with(pass.context)
                .with(pass.attention.keyPositionsAddress())
                .with(pass.attention.queryPositionsAddress())
                .with(blocks == null ? 0 : blocks.blocks());
        passSaturation(launch);
        launch.with(pass.batch.layout().shortestFar())
                .with(pass.batch.largeItems())
                .with(pass.batch.largeCount())
                .with(pass.batch.nearShares())
                .with(pass.parts)
                .with(pass.batch.flags())
                .with(pass.logarithms);
        pass.run();
    }

    private void runFar(Pass pass) {
        int grid = shares.farBlocks(pass.batch.layout());
        if (grid == 0) {
            return;
        }
        Launch launch = pass.of(far, grid, FAR_THREADS, FAR_SHARED_BYTES)
                .early()
                .with(pass.context)
                .with(pass.logarithms)
                .with(pass.attention.keyPositionsAddress())
                .with(pass.attention.queryPositionsAddress())
                .with(blocks == null ? 0 : blocks.rows());
        passSaturation(launch);
        launch.with(pass.batch.farItems())
                .with(pass.batch.farCount())
                .with(pass.batch.farShares())
                .with(pass.parts)
                .with(pass.batch.flags());
        pass.run();
    }

    /** The distances from which on smaller ones, and greater ones, have one row of the position tables. */
    private void passSaturation(Launch launch) {
        RelativeBuckets buckets = shares.buckets();
        launch.with(buckets == null ? 0 : buckets.first())
                .with(buckets == null ? 0 : buckets.last());
    }
}
