package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passes that are replayed give what passes that are run give, also for batches that share a recording. */
@GpuTest
class RecordedPassesTest {

    static final int[][] SHORT = {
        {20, 41, 7}, {41, 20, 7}, {66}, {2, 66}, {30, 38}, {68}, {64, 4}, {65}
    };

    /** With tokens so far apart that their distance is saturated. */
    static final int[][] LONG = {{1400}, {1280, 120}, {1150, 250}, {1390}, {1408}};

    private static TestModel open(TestKernel kernel, Precision precision) throws Exception {
        BackendOptions options = BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision);
        return new TestModel("v3", options, kernel);
    }

    @ParameterizedTest
    @CsvSource({"SIMT,FP32", "SIMT,FP16", "MMA,FP16", "MMA,BF16", "HOPPER,FP16", "HOPPER,BF16"})
    void batchesOfOneLayoutShareARecordingAndDifferInContent(TestKernel kernel, Precision precision)
            throws Exception {
        double tolerance = precision == Precision.FP32 ? 1e-5 : 5e-2;
        try (TestModel model = open(kernel, precision)) {
            for (int[][] batches : List.of(SHORT, LONG)) {
                try (CudaSession recording = model.backend().openSession()) {
                    for (int round = 0; round < 3; round++) {
                        for (int[] lengths : batches) {
                            PackedBatch batch = model.batch(round, lengths);
                            float[] expected = model.runOnce(batch);
                            float[] found = model.run(recording, batch);
                            assertThat(difference(found, expected)).isLessThan(tolerance);
                        }
                    }
                    assertThat(recording.recordedPasses()).isEqualTo(1);
                }
            }
        }
    }

    /** Two tensors of one owner live side by side. */
    @Test
    void aReplayLeavesEarlierResultsAlone() throws Exception {
        try (TestModel model = open(TestKernel.HOPPER, Precision.FP16);
                CudaSession session = model.backend().openSession()) {
            PackedBatch first = model.batch(1, 30, 20);
            PackedBatch second = model.batch(2, 25, 25);
            model.run(session, first);
            model.run(session, first);
            try (Tensor one = model.encoder().forward(session, first);
                    Tensor two = model.encoder().forward(session, second)) {
                float[] values = session.read(one);
                assertThat(session.read(two)).isNotEqualTo(values);
                assertThat(model.run(session, first)).isEqualTo(values);
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
}
