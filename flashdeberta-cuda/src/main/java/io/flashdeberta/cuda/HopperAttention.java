package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;

import org.jspecify.annotations.Nullable;

/** Flash attention with the instructions of Hopper GPUs: attention_hopper.cu. */
final class HopperAttention implements AttentionKernel {

    private static final int THREADS = 512;
    private static final int SHARED_BYTES = 232_448;
    private static final int TILE = 64;
    private static final int WIDTH = 64;
    private static final int PIECE = 8;
    private static final int LEAST_ROWS = 56;
    private static final int MOST_ROWS = 512;
    private static final int WIDEST_WINDOW = 128;
    private static final int FARTHEST_TILE = 30;

    private final NumberType type;
    private final KernelProgram program;
    private final @Nullable TableLayout layout;
    private final WorkShares shares;

    private HopperAttention(
            NumberType type,
            KernelProgram program,
            @Nullable TableLayout layout,
            WorkShares shares) {
        this.type = type;
        this.program = program;
        this.layout = layout;
        this.shares = shares;
    }

    /** The kernel for a model on a GPU; null if the GPU or the model is none for it. */
    static @Nullable HopperAttention of(Gpu gpu, NumberType type, AttentionShape shape) {
        if (gpu.major() != 9
                || gpu.minor() != 0
                || gpu.sharedMemory() < SHARED_BYTES
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
        KernelProgram program = KernelProgram.of(
                "attention_hopper.cu",
                type,
                "BF16=" + (type == NumberType.BFLOAT ? 1 : 0),
                "CONTENT_TO_POSITION=" + (shape.contentToPosition() ? 1 : 0),
                "POSITION_TO_CONTENT=" + (shape.positionToContent() ? 1 : 0));
        return new HopperAttention(
                type,
                program,
                layout,
                WorkShares.of(shape.heads(), buckets, gpu.multiprocessors()));
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
        return Math.max(buckets.last(), -buckets.first()) + 4 * TILE;
    }

    @Override
    public KernelProgram program() {
        return program;
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
        DistanceTable distances = attention.distances();
        int last =
                distances == null || layout == null ? 0 : distances.rows() - 1 + layout.padding();
        Launch launch = session.launch()
                .of(program, "attention", THREADS)
                .grid(shares.blocks(batch.layout()), 1, 1)
                .shared(SHARED_BYTES)
                .with(session.tensorMap().tiles(qkv, type, attention.heads(), attention.headSize()))
                .with(qkv.address())
                .with(context)
                .with(attention.keyPositionsAddress())
                .with(attention.queryPositionsAddress())
                .with(layout == null ? 0 : layout.rows())
                .with(layout == null ? 0 : layout.padding())
                .with(last);
        attention.passPairs(launch);
        launch.with(batch.largeItems())
                .with(batch.largeCount())
                .with(batch.shares())
                .with(attention.heads())
                .with(attention.headSize())
                .with((float) (attention.scale() / Math.log(2)))
                .run();
    }
}
