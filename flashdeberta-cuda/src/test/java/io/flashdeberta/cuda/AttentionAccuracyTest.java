package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RandomWeights;
import io.flashdeberta.backend.Reference;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel for flash attention that the GPU can run, around the edges of its tiles, in every type. */
@GpuTest
class AttentionAccuracyTest {

    private static final RelativeBuckets PUBLISHED = new RelativeBuckets(256, 512);

    private static final int[] AROUND_TILES = {
        1, 2, 13, 63, 64, 65, 127, 128, 129, 191, 193, 255, 257, 511, 512, 513, 575, 577, 639, 641,
        705, 769, 1023, 1025, 1281, 2049
    };

    @TempDir
    Path folder;

    private record Case(
            int[] lengths,
            int heads,
            int headSize,
            RelativeBuckets buckets,
            boolean contentToPosition,
            boolean positionToContent) {

        @Override
        public String toString() {
            return "%d tokens, %d heads of %d, %d rows, c2p %b, p2c %b"
                    .formatted(
                            Arrays.stream(lengths).sum(),
                            heads,
                            headSize,
                            buckets.rows(),
                            contentToPosition,
                            positionToContent);
        }
    }

    private static double tolerance(Precision precision) {
        return switch (precision) {
            case AUTO, FP16 -> 2e-3;
            case FP32 -> 1e-5;
            case BF16 -> 1.5e-2;
        };
    }

    private static Stream<Precision> precisions() {
        return Stream.of(Precision.FP32, Precision.FP16, Precision.BF16);
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void lengthsAroundTiles(Precision precision) {
        check(new Case(AROUND_TILES, 1, 64, PUBLISHED, true, true), precision);
    }

    static Stream<Arguments> headSizes() {
        return Stream.of(8, 16, 32, 40, 64, 128, 96, 13)
                .flatMap(size -> precisions().map(precision -> Arguments.of(size, precision)));
    }

    @ParameterizedTest
    @MethodSource("headSizes")
    void everyHeadSize(int headSize, Precision precision) {
        int[] lengths = {700, 1, 2, 63, 64, 65, 127, 128, 129, 257, 385};
        check(new Case(lengths, 3, headSize, PUBLISHED, true, true), precision);
    }

    static Stream<Arguments> buckets() {
        return Stream.of(
                        new int[] {64, 512},
                        new int[] {32, 64},
                        new int[] {-1, 24},
                        new int[] {-1, 100},
                        new int[] {256, 1024},
                        new int[] {8, 32},
                        new int[] {-1, 256},
                        new int[] {512, 1024})
                .flatMap(numbers -> precisions()
                        .map(precision -> Arguments.of(numbers[0], numbers[1], precision)));
    }

    @ParameterizedTest
    @MethodSource("buckets")
    void everyKindOfBuckets(int buckets, int greatest, Precision precision) {
        int[] lengths = {1300, 5, 64, 700, 129};
        check(
                new Case(lengths, 2, 64, new RelativeBuckets(buckets, greatest), true, true),
                precision);
    }

    @ParameterizedTest
    @CsvSource({
        "true,false,FP32", "true,false,FP16", "true,false,BF16",
        "false,true,FP32", "false,true,FP16", "false,true,BF16",
        "false,false,FP32", "false,false,FP16", "false,false,BF16"
    })
    void everyKindOfPositionTerms(
            boolean contentToPosition, boolean positionToContent, Precision precision) {
        int[] lengths = {1, 64, 1300, 129, 700, 33};
        check(new Case(lengths, 2, 64, PUBLISHED, contentToPosition, positionToContent), precision);
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void sequencesOfRandomLengths(Precision precision) {
        Random random = new Random(11);
        int[] lengths = random.ints(50, 1, 300).toArray();
        check(new Case(lengths, 3, 64, PUBLISHED, true, true), precision);
    }

    private void check(Case given, Precision precision) {
        List<int[]> ids = new ArrayList<>();
        for (int length : given.lengths()) {
            ids.add(new int[length]);
        }
        PackedBatch batch = PackedBatch.of(ids, ids);
        int size = given.heads() * given.headSize();
        int rows = given.buckets().rows();
        boolean positions = given.contentToPosition() || given.positionToContent();
        RelativeBuckets buckets = positions ? given.buckets() : null;
        float scale = (float) (1 / Math.sqrt(3.0 * given.headSize()));
        Gpu gpu = GpuCheck.require(new SystemLibraries(), 0);
        try (RandomWeights random = new RandomWeights(folder, precision)) {
            WeightTensor qkv = random.tensor(batch.totalTokens(), 3L * size);
            WeightTensor kr = given.contentToPosition() ? random.tensor(rows, size) : null;
            WeightTensor qr = given.positionToContent() ? random.tensor(rows, size) : null;
            double[] expected = Reference.attention(
                    qkv.toFloats(),
                    kr == null ? null : kr.toFloats(),
                    qr == null ? null : qr.toFloats(),
                    given.heads(),
                    given.headSize(),
                    buckets,
                    scale,
                    batch.offsets());
            for (FlashKernel kernel : FlashKernel.values()) {
                NumberType type = NumberType.of(precision);
                if (kernel.fits(gpu, type, given.headSize(), buckets)) {
                    BackendOptions options =
                            BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision);
                    try (CudaBackend backend = new CudaBackend(options, gpu, Set.of(kernel))) {
                        float[] found = compute(given, backend, batch, qkv, kr, qr, scale);
                        assertThat(error(found, expected))
                                .as("%s, %s, %s", kernel, precision, given)
                                .isLessThan(tolerance(precision));
                    }
                }
            }
        }
    }

    private static float[] compute(
            Case given,
            CudaBackend backend,
            PackedBatch batch,
            WeightTensor qkv,
            @Nullable WeightTensor kr,
            @Nullable WeightTensor qr,
            float scale) {
        try (CudaSession session = backend.openSession();
                Tensor keys = kr == null ? null : session.upload(kr);
                Tensor queries = qr == null ? null : session.upload(qr);
                Tensor input = session.upload(qkv)) {
            Attention attention = backend.loadAttention(
                    given.heads(),
                    given.headSize(),
                    keys,
                    queries,
                    keys == null && queries == null ? null : given.buckets(),
                    scale);
            try (Tensor context = session.attention(input, attention, batch);
                    Tensor again = session.attention(input, attention, batch)) {
                float[] found = session.read(context);
                assertThat(Arrays.equals(session.read(again), found))
                        .as("the same numbers in a second run")
                        .isTrue();
                return found;
            }
        }
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
