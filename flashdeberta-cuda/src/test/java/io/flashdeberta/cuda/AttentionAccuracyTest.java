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

    /** A type, and the kernel that is tried first: a case that it does not take goes to the next one. */
    private record Way(Precision precision, String kernel) {}

    static Stream<Way> ways() {
        return Stream.concat(
                Stream.of(new Way(Precision.FP32, "hopper")),
                Stream.of(Precision.FP16, Precision.BF16)
                        .flatMap(precision -> Stream.of("hopper", "mma", "simt")
                                .map(kernel -> new Way(precision, kernel))));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void everyHeadSize(Way way) {
        int[] lengths = {1, 2, 63, 64, 65, 127, 128, 129, 193};
        for (int headSize : new int[] {32, 64, 96, 128, 40, 13}) {
            check(new Case(lengths, 2, headSize, PUBLISHED, true, true), way);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void everyTable(Way way) {
        int[] lengths = {1, 65, 129, 385};
        for (RelativeBuckets buckets : List.of(
                new RelativeBuckets(8, 32),
                new RelativeBuckets(-1, 24),
                new RelativeBuckets(-1, 200),
                new RelativeBuckets(256, 1024),
                new RelativeBuckets(512, 1024))) {
            check(new Case(lengths, 2, 64, buckets, true, true), way);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void everyKindOfPositionTerms(Way way) {
        int[] lengths = {1, 64, 129, 700};
        check(new Case(lengths, 2, 64, PUBLISHED, true, false), way);
        check(new Case(lengths, 2, 64, PUBLISHED, false, true), way);
        check(new Case(lengths, 2, 64, PUBLISHED, false, false), way);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void lengthsAroundTheEdgesOfTiles(Way way) {
        int[] lengths = {191, 255, 256, 257, 511, 512, 513, 575, 577, 639, 641, 705};
        check(new Case(lengths, 1, 64, PUBLISHED, true, true), way);
        int[] saturated = {1023, 1025, 1409, 2047, 2049};
        check(new Case(saturated, 1, 64, PUBLISHED, true, true), way);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void sequencesOfRandomLengths(Way way) {
        Random random = new Random(11);
        for (int n = 0; n < 2; n++) {
            int[] lengths = random.ints(4 + random.nextInt(12), 1, 300).toArray();
            check(new Case(lengths, 3, 64, PUBLISHED, true, true), way);
        }
    }

    /** What is no number in one sequence stays in it. */
    @ParameterizedTest
    @MethodSource("ways")
    void aSequenceWithoutNumbersLeavesItsNeighboursAlone(Way way) {
        int[] lengths = {70, 100, 33};
        Case given = new Case(lengths, 2, 64, PUBLISHED, true, true);
        PackedBatch batch = batch(lengths);
        int size = given.heads() * given.headSize();
        float scale = (float) (1 / Math.sqrt(3.0 * given.headSize()));
        try (RandomWeights random = new RandomWeights(newFolder(), way.precision())) {
            float[] values = random.tensor(batch.totalTokens(), 3L * size).toFloats();
            WeightTensor kr = random.tensor(given.buckets().rows(), size);
            WeightTensor qr = random.tensor(given.buckets().rows(), size);
            WeightTensor numbers = random.tensor(values.clone(), batch.totalTokens(), 3L * size);
            Arrays.fill(
                    values, 3 * size * lengths[0], 3 * size * (lengths[0] + lengths[1]), Float.NaN);
            WeightTensor holes = random.tensor(values, batch.totalTokens(), 3L * size);
            float[] expected = compute(given, way, batch, numbers, kr, qr, scale);
            float[] found = compute(given, way, batch, holes, kr, qr, scale);
            int from = size * lengths[0];
            int to = size * (lengths[0] + lengths[1]);
            assertThat(Arrays.equals(found, 0, from, expected, 0, from))
                    .as("%s", way)
                    .isTrue();
            assertThat(Arrays.equals(found, to, found.length, expected, to, found.length))
                    .as("%s", way)
                    .isTrue();
        }
    }

    private static PackedBatch batch(int[] lengths) {
        List<int[]> ids = Arrays.stream(lengths).mapToObj(int[]::new).toList();
        return PackedBatch.of(ids, ids);
    }

    private void check(Case given, Way way) {
        PackedBatch batch = batch(given.lengths());
        int size = given.heads() * given.headSize();
        int rows = given.buckets().rows();
        float scale = (float) (1 / Math.sqrt(3.0 * given.headSize()));
        try (RandomWeights random = new RandomWeights(newFolder(), way.precision())) {
            WeightTensor qkv = random.tensor(batch.totalTokens(), 3L * size);
            WeightTensor kr = given.contentToPosition() ? random.tensor(rows, size) : null;
            WeightTensor qr = given.positionToContent() ? random.tensor(rows, size) : null;
            float[] found = compute(given, way, batch, qkv, kr, qr, scale);
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
                    .as("%s %s", way, given)
                    .isLessThan(tolerance(way.precision()));
            float[] again = compute(given, way, batch, qkv, kr, qr, scale);
            assertThat(Arrays.equals(again, found))
                    .as("the same numbers in a second run")
                    .isTrue();
        }
    }

    private static float[] compute(
            Case given,
            Way way,
            PackedBatch batch,
            WeightTensor qkv,
            WeightTensor kr,
            WeightTensor qr,
            float scale) {
        BackendOptions options =
                BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(way.precision());
        System.setProperty(CudaBackend.FLASH_KERNEL, way.kernel());
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
        } finally {
            System.clearProperty(CudaBackend.FLASH_KERNEL);
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
