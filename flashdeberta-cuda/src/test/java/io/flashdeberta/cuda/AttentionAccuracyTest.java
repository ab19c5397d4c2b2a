package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RandomWeights;
import io.flashdeberta.backend.Reference;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Flash attention on the GPU around the edges of its tiles, in every type and for every head size with a kernel of its own. */
@Tag("gpu")
@ExtendWith(OneContext.class)
class AttentionAccuracyTest {

    private static final RelativeBuckets PUBLISHED = new RelativeBuckets(256, 512);

    @TempDir
    Path folder;

    private int folders;

    @BeforeAll
    static void poison() {
        CudaSession.poison = true;
    }

    @AfterAll
    static void cure() {
        CudaSession.poison = false;
    }

    private record Case(
            int[] lengths,
            int heads,
            int headSize,
            RelativeBuckets buckets,
            boolean contentToPosition,
            boolean positionToContent) {}

    private static double tolerance(Precision precision) {
        return switch (precision) {
            case AUTO, FP16 -> 2e-3;
            case FP32 -> 1e-5;
            case BF16 -> 1.5e-2;
        };
    }

    static Stream<Arguments> headSizes() {
        return Stream.of(32, 64, 96, 128, 48, 13)
                .flatMap(size -> Stream.of(Precision.FP32, Precision.FP16, Precision.BF16)
                        .map(precision -> Arguments.of(size, precision)));
    }

    @ParameterizedTest
    @MethodSource("headSizes")
    void everyHeadSize(int headSize, Precision precision) {
        int[] lengths = {1, 2, 63, 64, 65, 127, 128, 129, 257, 385};
        check(new Case(lengths, 2, headSize, PUBLISHED, true, true), precision);
        check(new Case(lengths, 2, headSize, new RelativeBuckets(8, 32), true, true), precision);
        check(new Case(lengths, 2, headSize, new RelativeBuckets(-1, 24), true, true), precision);
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void everyKindOfPositionTerms(Precision precision) {
        int[] lengths = {1, 64, 129, 700};
        check(new Case(lengths, 2, 64, PUBLISHED, true, false), precision);
        check(new Case(lengths, 2, 64, PUBLISHED, false, true), precision);
        check(new Case(lengths, 2, 64, PUBLISHED, false, false), precision);
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void lengthsBeyondSaturation(Precision precision) {
        for (int length : new int[] {511, 513, 575, 577, 639, 641, 705, 1023, 1025, 1409, 2049}) {
            check(new Case(new int[] {length}, 1, 64, PUBLISHED, true, true), precision);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void sequencesOfRandomLengths(Precision precision) {
        Random random = new Random(11);
        for (int n = 0; n < 4; n++) {
            int[] lengths = random.ints(1 + random.nextInt(12), 1, 300).toArray();
            check(new Case(lengths, 3, 64, PUBLISHED, true, true), precision);
        }
    }

    private void check(Case given, Precision precision) {
        List<int[]> ids = new ArrayList<>();
        for (int length : given.lengths()) {
            ids.add(new int[length]);
        }
        PackedBatch batch = PackedBatch.of(ids, ids);
        int size = given.heads() * given.headSize();
        int rows = given.buckets().rows();
        float scale = (float) (1 / Math.sqrt(3.0 * given.headSize()));
        try (RandomWeights random = new RandomWeights(newFolder(), precision)) {
            WeightTensor qkv = random.tensor(batch.totalTokens(), 3L * size);
            WeightTensor kr = given.contentToPosition() ? random.tensor(rows, size) : null;
            WeightTensor qr = given.positionToContent() ? random.tensor(rows, size) : null;
            float[] found = compute(given, precision, batch, qkv, kr, qr, scale);
            double[] expected = Reference.attention(
                    qkv.toFloats(),
                    kr == null ? null : kr.toFloats(),
                    qr == null ? null : qr.toFloats(),
                    given.heads(),
                    given.headSize(),
                    given.buckets(),
                    scale,
                    batch.offsets());
            assertThat(error(found, expected))
                    .as("%s %s", precision, given)
                    .isLessThan(tolerance(precision));
            float[] again = compute(given, precision, batch, qkv, kr, qr, scale);
            assertThat(Arrays.equals(again, found))
                    .as("the same numbers in a second run")
                    .isTrue();
        }
    }

    private static float[] compute(
            Case given,
            Precision precision,
            PackedBatch batch,
            WeightTensor qkv,
            WeightTensor kr,
            WeightTensor qr,
            float scale) {
        BackendOptions options = BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision);
        try (Backend backend = Backends.open("cuda", options);
                Session session = backend.openSession();
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
            try (Tensor context = session.attention(input, attention, batch)) {
                return session.read(context);
            }
        }
    }

    private Path newFolder() {
        try {
            return Files.createDirectory(folder.resolve("case-" + folders++));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
