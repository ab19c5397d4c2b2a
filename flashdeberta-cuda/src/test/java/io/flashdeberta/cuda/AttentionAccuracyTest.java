package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RandomWeights;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel for flash attention in every type: near the values in double precision, the same bits in a second run, and the
 * same bits when other sequences of the batch hold what is no number.
 */
@GpuTest
class AttentionAccuracyTest {

    private static final RelativeBuckets PUBLISHED = new RelativeBuckets(256, 512);
    private static final int[] EDGES = {
        1, 2, 13, 63, 64, 65, 127, 128, 129, 191, 192, 193, 255, 256, 257, 511, 512, 513, 575, 577,
        639, 641, 705, 1023, 1024, 1025, 1281, 2047, 2048, 2049
    };
    private static final int[] NEAR_EDGES = Arrays.stream(EDGES).limit(26).toArray();
    private static final List<AttentionCase> CASES = cases();

    @TempDir
    Path folder;

    private static List<AttentionCase> cases() {
        List<AttentionCase> cases = new ArrayList<>();
        cases.add(new AttentionCase(
                "edges", EDGES, new AttentionShape(1, 64, true, true, PUBLISHED)));
        cases.add(new AttentionCase(
                "edges, c2p", EDGES, new AttentionShape(1, 64, true, false, PUBLISHED)));
        cases.add(new AttentionCase(
                "edges, p2c", EDGES, new AttentionShape(1, 64, false, true, PUBLISHED)));
        cases.add(new AttentionCase(
                "edges, no positions", EDGES, new AttentionShape(1, 64, false, false, null)));
        cases.add(new AttentionCase(
                "weights that grow",
                new int[] {1300, 40, 900},
                new AttentionShape(2, 64, true, true, PUBLISHED),
                8));
        cases.add(new AttentionCase(
                "weights that grow, no positions",
                new int[] {1300, 40, 900},
                new AttentionShape(2, 64, false, false, null),
                8));
        // Blocks work on several heads, and rounding adds 254 rows.
        for (int heads : new int[] {5, 16}) {
            cases.add(new AttentionCase(
                    heads + " heads",
                    new int[] {1300, 40, 2758},
                    new AttentionShape(heads, 8, true, true, PUBLISHED)));
        }
        for (int size : new int[] {8, 13, 32, 40, 96, 128}) {
            cases.add(new AttentionCase(
                    "near edges, heads of " + size,
                    NEAR_EDGES,
                    new AttentionShape(2, size, true, true, PUBLISHED)));
        }
        int[][] buckets = {
            {8, 32},
            {32, 64},
            {64, 512},
            {256, 1024},
            {512, 1024},
            {256, 4096},
            {-1, 24},
            {-1, 100},
            {-1, 256},
            {-1, 512}
        };
        for (int[] numbers : buckets) {
            cases.add(new AttentionCase(
                    "buckets " + Arrays.toString(numbers),
                    new int[] {1300, 5, 64, 700, 129, 333},
                    new AttentionShape(
                            2, 64, true, true, new RelativeBuckets(numbers[0], numbers[1]))));
        }
        for (int seed = 0; seed < 3; seed++) {
            cases.add(new AttentionCase(
                    "random lengths " + seed,
                    new Random(seed).ints(50, 1, 300).toArray(),
                    new AttentionShape(3, 64, true, true, PUBLISHED)));
        }
        return List.copyOf(cases);
    }

    static Stream<Arguments> everything() {
        return CASES.stream()
                .flatMap(given -> Stream.of(TestKernel.values())
                        .flatMap(kernel -> Stream.of(Precision.FP32, Precision.FP16, Precision.BF16)
                                .filter(precision ->
                                        kernel == TestKernel.SIMT || precision != Precision.FP32)
                                .map(precision -> Arguments.of(kernel, precision, given))));
    }

    private static double tolerance(Precision precision) {
        return switch (precision) {
            case AUTO, FP16 -> 2e-3;
            case FP32 -> 1e-5;
            case BF16 -> 1.5e-2;
            case INT8 -> throw new IllegalArgumentException("There is no such attention.");
        };
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("everything")
    void attention(TestKernel kernel, Precision precision, AttentionCase given) {
        assumeTrue(
                kernel.of(TestGpu.gpu(0), NumberType.of(precision), given.shape()) != null,
                kernel + " is not for this GPU or shape.");
        BackendOptions options = BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision);
        AttentionCase.Values values = given.values();
        PackedBatch batch = given.batch();
        try (RandomWeights weights = new RandomWeights(folder, precision);
                CudaBackend backend = TestGpu.open(options, kernel);
                CudaSession session = backend.openSession();
                Attention attention = load(given, weights, backend, session);
                Tensor qkv = upload(values.qkv(), 3 * given.size(), weights, session)) {
            float[] found = run(session, attention, batch, qkv);
            assertThat(error(found, values.expected())).isLessThan(tolerance(precision));
            assertThat(Arrays.equals(found, run(session, attention, batch, qkv)))
                    .as("the same bits in a second run")
                    .isTrue();
            for (int kept = 0; kept < 2; kept++) {
                float[] others = poisoned(values.qkv(), batch, kept);
                try (Tensor poisoned = upload(others, 3 * given.size(), weights, session)) {
                    float[] beside = run(session, attention, batch, poisoned);
                    for (int s = kept; s < batch.sequences(); s += 2) {
                        int from = batch.start(s) * given.size();
                        int to = from + batch.length(s) * given.size();
                        assertThat(Arrays.equals(found, from, to, beside, from, to))
                                .as("sequence %d, %d tokens, between poison", s, batch.length(s))
                                .isTrue();
                    }
                }
            }
        }
    }

    private static Attention load(
            AttentionCase given, RandomWeights weights, CudaBackend backend, CudaSession session) {
        AttentionShape shape = given.shape();
        try (Tensor keys = upload(given.values().keyPositions(), given.size(), weights, session);
                Tensor queries =
                        upload(given.values().queryPositions(), given.size(), weights, session)) {
            return backend.loadAttention(
                    shape.heads(), shape.headSize(), keys, queries, shape.buckets(), given.scale());
        }
    }

    private static Tensor upload(
            float @Nullable [] values, int columns, RandomWeights weights, CudaSession session) {
        return values == null
                ? null
                : session.upload(weights.tensor(values, values.length / columns, columns));
    }

    private static float[] run(
            CudaSession session, Attention attention, PackedBatch batch, Tensor qkv) {
        try (Tensor context = session.attention(qkv, attention, batch)) {
            return session.read(context);
        }
    }

    /** With NaN and infinity in all rows of every second sequence. */
    private static float[] poisoned(float[] qkv, PackedBatch batch, int kept) {
        float[] values = qkv.clone();
        int columns = values.length / batch.totalTokens();
        for (int s = 1 - kept; s < batch.sequences(); s += 2) {
            int from = batch.start(s) * columns;
            int to = from + batch.length(s) * columns;
            Arrays.fill(values, from, to, Float.NaN);
            Arrays.fill(values, from, from + columns, Float.POSITIVE_INFINITY);
        }
        return values;
    }

    /** The error's norm against that of the expected values; infinite if a value is no number. */
    private static double error(float[] found, double[] expected) {
        assertThat(found).hasSize(expected.length);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < found.length; i++) {
            error += (found[i] - expected[i]) * (found[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.sqrt(error / norm);
    }
}
