package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;

import java.util.List;

/** Attention by whole score matrices: attention_eager.cu, sequence by sequence. */
final class EagerAttention implements AttentionKernel {

    private static final int SCORE_THREADS = 256;
    private static final int SCORE_COLUMNS = 32;
    private static final int SCORE_ROWS = 8;
    private static final int SOFTMAX_THREADS = 256;
    private static final int PRODUCT_THREADS = 128;

    private final NumberType type;
    private final KernelProgram program;
    private final KernelProgram softmax;

    EagerAttention(NumberType type) {
        this.type = type;
        program = KernelProgram.of("attention_eager.cu", type);
        softmax = KernelProgram.of("softmax.cu", NumberType.FLOAT);
    }

    @Override
    public List<KernelProgram> programs() {
        return List.of(program, softmax);
    }

    @Override
    public int[] distances(RelativeBuckets buckets) {
        return DistanceTable.rows(buckets);
    }

    @Override
    public boolean recordable() {
        return false;
    }

    @Override
    public void run(
            CudaSession session,
            CudaAttention attention,
            BatchData batch,
            CudaTensor qkv,
            long context) {
        PackedBatch sequences = batch.batch();
        long most = sequences.maxLength();
        try (Arena.Span scores =
                session.arena().allocate(Float.BYTES * most * most * attention.heads())) {
            for (int s = 0; s < sequences.sequences(); s++) {
                long row = (long) sequences.start(s) * attention.size() * type.bytes();
                run(
                        session,
                        attention,
                        sequences.length(s),
                        qkv.address() + 3 * row,
                        scores.address(),
                        context + row);
            }
        }
    }

    private void run(
            CudaSession session,
            CudaAttention attention,
            int length,
            long qkv,
            long scores,
            long context) {
        Launch launch = session.launch()
                .of(program, "eager_scores", SCORE_THREADS)
                .grid(
                        Rounding.blocks(length, SCORE_COLUMNS),
                        Rounding.blocks(length, SCORE_ROWS),
                        attention.heads())
                .with(qkv)
                .with(attention.keyPositionsAddress())
                .with(attention.queryPositionsAddress());
        attention.passDistances(launch);
        launch.with(attention.scale())
                .with(length)
                .with(attention.heads())
                .with(attention.headSize())
                .with(scores)
                .run();
        session.launch()
                .of(softmax, "softmax", SOFTMAX_THREADS)
                .grid((long) attention.heads() * length, 1, 1)
                .with(scores)
                .with(length)
                .run();
        session.launch()
                .of(program, "eager_product", PRODUCT_THREADS)
                .grid(length, attention.heads(), 1)
                .with(scores)
                .with(qkv)
                .with(length)
                .with(attention.heads())
                .with(attention.headSize())
                .with(context)
                .run();
    }
}
