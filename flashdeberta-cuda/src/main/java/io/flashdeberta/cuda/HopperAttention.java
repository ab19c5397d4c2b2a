package io.flashdeberta.cuda;

import io.flashdeberta.backend.RelativeBuckets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Flash attention on Hopper's tensor cores: attention_hopper.cu. */
final class HopperAttention implements AttentionKernel {

    static final int LARGEST_HEAD = 64;

    /** All that a block can have: both tables, the tiles and scratch of two pairs of warpgroups. */
    static final int SHARED_BYTES = 232_448;

    private static final int THREADS = 512;

    private final NumberType type;
    private final KernelProgram program;
    private final @Nullable HopperTables tables;
    private final int share;

    /**
     * @param buckets null without position terms
     * @param share index of its shares of the work among those of a batch
     */
    HopperAttention(
            NumberType type,
            boolean contentToPosition,
            boolean positionToContent,
            @Nullable RelativeBuckets buckets,
            int share) {
        this.type = type;
        this.share = share;
        tables = buckets == null ? null : new HopperTables(buckets);
        program = KernelProgram.of(
                        "attention_hopper.cu",
                        type,
                        "BF16=" + (type == NumberType.BFLOAT ? 1 : 0),
                        "C2P=" + (contentToPosition ? 1 : 0),
                        "P2C=" + (positionToContent ? 1 : 0))
                .withSharedBytes(SHARED_BYTES);
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
        return tables().shape(heads);
    }

    private HopperTables tables() {
        if (tables == null) {
            throw new IllegalStateException("There are no position terms.");
        }
        return tables;
    }

    @Override
    public int[] distances(RelativeBuckets buckets) {
        return DistanceTable.pairs(buckets, tables().shift());
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            CudaTensor context) {
        int items = batch.layout().largeItems();
        if (items == 0) {
            return;
        }
        DistanceTable distances = attention.distances();
        TensorMap map = session.tensorMap();
        map.describe(type, qkv, attention.heads(), attention.headSize());
        session.launch(program, "attention", THREADS)
                .grid(batch.layout().blocks(attention.heads()), 1, 1)
                .with(map)
                .with(qkv.address())
                .with(context.address())
                .with(attention.keyPositionsAddress())
                .with(attention.queryPositionsAddress())
                .with(tables == null ? 0 : tables.rows())
                .with(tables == null ? 0 : tables.shift())
                .with(tables == null ? 0 : tables.shift() + tables.buckets().rows() - 1)
                .with(distances == null ? 0L : distances.table().address())
                .with(distances == null ? 0 : distances.center())
                .with(distances == null ? 0 : distances.first())
                .with(distances == null ? 0 : distances.last())
                .with(batch.largeItems())
                .with(batch.largeCount())
                .with(batch.shares(share))
                .with(attention.heads())
                .with(attention.headSize())
                .with(attention.scaleOfPowersOfTwo())
                .run();
    }
}
