package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.DebertaModel;
import io.flashdeberta.model.ModelWeights;
import io.flashdeberta.model.ReferenceCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passes that are replayed give what passes that are run give, also for batches that share a recording. */
@GpuTest
class RecordedPassesTest {

    private static final int[][] SHARE_A_LAYOUT = {
        {20, 41, 7}, {41, 20, 7}, {66}, {2, 66}, {30, 38}, {68}, {64, 4}, {65}
    };

    @ParameterizedTest
    @CsvSource({"SIMT,FP32", "SIMT,FP16", "MMA,FP16", "MMA,BF16", "HOPPER,FP16", "HOPPER,BF16"})
    void batchesOfOneLayoutShareARecordingAndDifferInContent(TestKernel kernel, Precision precision)
            throws Exception {
        Path folder = ReferenceCheckpoint.all()
                .filter(path -> path.endsWith("defaults"))
                .findFirst()
                .orElseThrow();
        try (ReferenceCheckpoint checkpoint = new ReferenceCheckpoint(folder);
                CudaBackend backend = TestGpu.open(
                        BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision),
                        kernel);
                CudaSession recording = backend.openSession()) {
            DebertaConfig config = ConfigReader.read(checkpoint.checkpoint().json("config.json"));
            ModelWeights weights = new ModelWeights(checkpoint.checkpoint().weights());
            DebertaModel model = DebertaModel.load(config, weights.encoder(), backend);
            for (int round = 0; round < 3; round++) {
                for (int[] lengths : SHARE_A_LAYOUT) {
                    PackedBatch batch = batch(round, config.vocabSize(), lengths);
                    float[] expected = once(backend, model, batch);
                    float[] found = run(recording, model, batch);
                    assertThat(difference(found, expected))
                            .isLessThan(precision == Precision.FP32 ? 1e-5 : 5e-2);
                }
            }
            assertThat(recording.recordedPasses()).isEqualTo(1);
        }
    }

    /** Two tensors of one owner live side by side. */
    @Test
    void aReplayLeavesEarlierResultsAlone() throws Exception {
        Path folder = ReferenceCheckpoint.all()
                .filter(path -> path.endsWith("defaults"))
                .findFirst()
                .orElseThrow();
        try (ReferenceCheckpoint checkpoint = new ReferenceCheckpoint(folder);
                CudaBackend backend =
                        TestGpu.open(BackendOptions.of(AttentionKind.FLASH, 1), TestKernel.HOPPER);
                CudaSession session = backend.openSession()) {
            DebertaConfig config = ConfigReader.read(checkpoint.checkpoint().json("config.json"));
            ModelWeights weights = new ModelWeights(checkpoint.checkpoint().weights());
            DebertaModel model = DebertaModel.load(config, weights.encoder(), backend);
            PackedBatch first = batch(1, config.vocabSize(), 30, 20);
            PackedBatch second = batch(2, config.vocabSize(), 25, 25);
            run(session, model, first);
            run(session, model, first);
            try (Tensor one = model.forward(session, first);
                    Tensor two = model.forward(session, second)) {
                float[] values = session.read(one);
                assertThat(session.read(two)).isNotEqualTo(values);
                assertThat(run(session, model, first)).isEqualTo(values);
            }
        }
    }

    private static double difference(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double greatest = 0;
        for (int i = 0; i < found.length; i++) {
            double difference = Math.abs(found[i] - expected[i]);
            greatest = Double.isNaN(difference)
                    ? Double.POSITIVE_INFINITY
                    : Math.max(greatest, difference);
        }
        return greatest;
    }

    private static float[] run(CudaSession session, DebertaModel model, PackedBatch batch) {
        try (Tensor hidden = model.forward(session, batch)) {
            return session.read(hidden);
        }
    }

    /** The first pass of a session is not recorded. */
    private static float[] once(CudaBackend backend, DebertaModel model, PackedBatch batch) {
        try (CudaSession session = backend.openSession()) {
            float[] values = run(session, model, batch);
            assertThat(session.recordedPasses()).isZero();
            return values;
        }
    }

    private static PackedBatch batch(int seed, int vocabulary, int... lengths) {
        Random random = new Random(seed);
        List<int[]> ids = new ArrayList<>();
        List<int[]> types = new ArrayList<>();
        for (int length : lengths) {
            ids.add(random.ints(length, 0, vocabulary).toArray());
            types.add(new int[length]);
        }
        return PackedBatch.of(ids, types);
    }
}
