package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Reference;
import io.flashdeberta.backend.RelativeBuckets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that attention is computed for, and what it should give. The numbers are such that fp16 and bf16 have them exactly,
 * so that the values in double precision, which take long, serve every type and kernel.
 */
final class AttentionCase {

    private final String name;
    private final int[] lengths;
    private final AttentionShape shape;
    private final int gain;
    private @Nullable Values values;

    /**
     * @param qkv {@code [tokens, 3·heads·headSize]}
     * @param keyPositions KR, {@code [rows, heads·headSize]}, or null
     * @param queryPositions QR, or null
     * @param expected {@code [tokens, heads·headSize]}
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Values(
            float[] qkv,
            float @Nullable [] keyPositions,
            float @Nullable [] queryPositions,
            double[] expected) {}

    AttentionCase(String name, int[] lengths, AttentionShape shape) {
        this(name, lengths, shape, 1);
    }

    /** @param gain by how much scores are greater: a power of 2 */
    AttentionCase(String name, int[] lengths, AttentionShape shape, int gain) {
        this.name = name;
        this.gain = gain;
        this.lengths = lengths;
        this.shape = shape;
    }

    AttentionShape shape() {
        return shape;
    }

    int size() {
        return shape.heads() * shape.headSize();
    }

    float scale() {
        return (float) (1 / Math.sqrt(3.0 * shape.headSize()));
    }

    PackedBatch batch() {
        List<int[]> ids = Arrays.stream(lengths).mapToObj(int[]::new).toList();
        return PackedBatch.of(ids, ids);
    }

    synchronized Values values() {
        if (values == null) {
            Random random = new Random(name.hashCode());
            int tokens = Arrays.stream(lengths).sum();
            RelativeBuckets buckets = shape.buckets();
            int rows = buckets == null ? 0 : buckets.rows();
            float[] qkv = numbers(random, tokens * 3 * size());
            for (int i = 0; i < qkv.length; i++) {
                qkv[i] *= i / size() % 3 == 0 ? gain : 1;
            }
            float[] keys = shape.contentToPosition() ? numbers(random, rows * size()) : null;
            float[] queries = shape.positionToContent() ? numbers(random, rows * size()) : null;
            double[] expected = Reference.attention(
                    qkv,
                    keys,
                    queries,
                    shape.heads(),
                    shape.headSize(),
                    buckets,
                    scale(),
                    batch().offsets());
            values = new Values(qkv, keys, queries, expected);
        }
        return values;
    }

    /** Normally distributed multiples of 1/32 up to 4. */
    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            double number = Math.max(-4, Math.min(4, random.nextGaussian()));
            float unit = Math.abs(number) < 2 ? 1f / 64 : 1f / 32;
            numbers[i] = (float) Math.rint(number / unit) * unit;
        }
        return numbers;
    }

    @Override
    public String toString() {
        return name;
    }
}
