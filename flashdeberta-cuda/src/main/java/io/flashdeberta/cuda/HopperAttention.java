package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Flash attention with the instructions of Hopper GPUs: attention_hopper_near.cu for the key tiles whose distances differ by
 * their buckets, then attention_hopper_far.cu for the others, where there are any.
 */
final class HopperAttention implements AttentionKernel {

    private static final int THREADS = 512;
    private static final int NEAR_SHARED_BYTES = 232_448;
    private static final int FAR_SHARED_BYTES = 211_152;
    private static final int TILE = 64;
    private static final int WIDTH = 64;
    private static final int PIECE = 8;
    private static final int LEAST_ROWS = 56;
    private static final int MOST_ROWS = 512;
    private static final int WIDEST_WINDOW = 128;
    private static final int FARTHEST_TILE = 30;

    private final NumberType type;
    private final KernelProgram near;
    private final KernelProgram far;
    private final @Nullable TableLayout layout;
    private final WorkShares shares;

    private HopperAttention(
            NumberType type,
            KernelProgram near,
            KernelProgram far,
            @Nullable TableLayout layout,
            WorkShares shares) {
        this.type = type;
        this.near = near;
        this.far = far;
        this.layout = layout;
        this.shares = shares;
    }

    /** The kernel for a model on a GPU; null if the GPU or the model is none for it. */
    static @Nullable HopperAttention of(Gpu gpu, NumberType type, AttentionShape shape) {
        if (gpu.major() != 9
                || gpu.minor() != 0
                || gpu.sharedMemory() < NEAR_SHARED_BYTES
                || type == NumberType.FLOAT
                || shape.headSize() > WIDTH
                || shape.headSize() % PIECE != 0) {
            return null;
        }
        RelativeBuckets buckets = shape.buckets();
        TableLayout layout = buckets == null ? null : layout(buckets);
        if (layout != null && !fits(buckets, layout)) {
            return null;
        }
        return new HopperAttention(
                type,
                program("attention_hopper_near.cu", type, shape),
                program("attention_hopper_far.cu", type, shape),
                layout,
                new WorkShares(
                        shape.heads(),
                        buckets,
                        layout == null ? 0 : layout.padding(),
                        gpu.multiprocessors()));
    }

    private static KernelProgram program(String file, NumberType type, AttentionShape shape) {
        return KernelProgram.of(
                file,
                type,
                "BF16=" + (type == NumberType.BFLOAT ? 1 : 0),
                "CONTENT_TO_POSITION=" + (shape.contentToPosition() ? 1 : 0),
                "POSITION_TO_CONTENT=" + (shape.positionToContent() ? 1 : 0));
    }

    /** Windows start at multiples of 8 rows, and that of the diagonal one row before its first. */
    private static TableLayout layout(RelativeBuckets buckets) {
        int padding = Math.floorMod(-buckets.rows() / 2, PIECE);
        int rows = Rounding.up(buckets.rows() + padding, PIECE);
        return new TableLayout(Math.max(LEAST_ROWS, rows), padding, WIDTH, true);
    }

    private static boolean fits(@Nullable RelativeBuckets buckets, TableLayout layout) {
        if (buckets == null || layout.rows() > MOST_ROWS) {
            return false;
        }
        int farthest = (center(buckets) - TILE) / TILE;
        if (farthest > FARTHEST_TILE) {
            return false;
        }
        for (int tile = -farthest; tile <= farthest; tile++) {
            int lowest = buckets.row(tile * TILE - TILE + 1) + layout.padding();
            int highest = buckets.row(tile * TILE + TILE - 1) + layout.padding();
            int window = Math.min(lowest / PIECE * PIECE, layout.rows() - LEAST_ROWS);
            if (highest - window >= WIDEST_WINDOW) {
                return false;
            }
        }
        return true;
    }

    /** Distances up to which the kernel asks for rows: a pair's tiles beyond saturation included. */
    private static int center(RelativeBuckets buckets) {
        int farthest = Math.max(buckets.last(), -buckets.first());
        int longestNear = Math.min(Saturation.of(buckets).shortestFar(), Saturation.LONGEST_NEAR);
        return Math.max(farthest, longestNear) + 4 * TILE;
    }

    @Override
    public List<KernelProgram> programs() {
        return layout == null ? List.of(far) : List.of(near, far);
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
    public TableLayout tables(int rows, int headSize) {
        return layout == null ? TableLayout.plain(rows, headSize) : layout;
    }

    @Override
    public int[] distances(RelativeBuckets buckets) {
        return tables(buckets.rows(), WIDTH).pairs(buckets, center(buckets));
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context) {
        boolean continued = layout != null && batch.layout().farItems() > 0;
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

        Launch of(KernelProgram program, int blocks, int sharedBytes) {
            return launch.of(program, "attention", THREADS)
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
        int blocks = shares.nearBlocks(pass.batch.layout());
        if (layout == null || blocks == 0) {
            return;
        }
        Launch launch = pass.of(near, blocks, NEAR_SHARED_BYTES)
                .with(pass.qkv)
                .with(pass.context)
                .with(pass.attention.keyPositionsAddress())
                .with(pass.attention.queryPositionsAddress())
                .with(layout.rows());
        pass.attention.passPairs(launch);
        launch.with(pass.batch.layout().shortestFar())
                .with(pass.batch.largeItems())
                .with(pass.batch.nearShares())
                .with(pass.parts)
                .with(pass.batch.flags())
                .with(pass.logarithms);
        pass.run();
    }

    private void runFar(Pass pass) {
        int blocks = shares.farBlocks(pass.batch.layout());
        if (blocks == 0) {
            return;
        }
        Launch launch = pass.of(far, blocks, FAR_SHARED_BYTES)
                .early()
                .with(pass.context)
                .with(pass.logarithms)
                .with(pass.attention.keyPositionsAddress())
                .with(pass.attention.queryPositionsAddress());
        passSaturation(launch, pass.attention.distances());
        launch.with(pass.batch.farItems())
                .with(pass.batch.farCount())
                .with(pass.batch.farShares())
                .with(pass.parts)
                .with(pass.batch.flags());
        pass.run();
    }

    /** The rows of a position table, its first and last row in use, and the distances from which on they are. */
    private void passSaturation(Launch launch, @Nullable DistanceTable distances) {
        if (distances == null || layout == null) {
            launch.with(0).with(0).with(0).with(0).with(0);
            return;
        }
        launch.with(layout.rows())
                .with(layout.padding())
                .with(layout.padding() + distances.rows() - 1)
                .with(distances.first())
                .with(distances.last());
    }
}
