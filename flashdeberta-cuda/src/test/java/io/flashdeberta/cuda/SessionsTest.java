package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.RandomWeights;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several sessions of one backend, and several backends, side by side. */
@GpuTest
class SessionsTest {

    private static final int THREADS = 4;
    private static final BackendOptions FP16 =
            BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(Precision.FP16);

    @Test
    void sideBySideTheyComputeWhatTheyComputeAlone(@TempDir Path folder) throws Exception {
        try (RandomWeights random = new RandomWeights(folder, Precision.FP16);
                Backend first = new CudaBackendProvider().open(FP16);
                Backend second = new CudaBackendProvider().open(FP16)) {
            WeightTensor w = random.tensor(512, 512);
            WeightTensor b = random.tensor(512);
            List<Backend> backends = List.of(first, second);
            List<Linear> linears = backends.stream()
                    .map(backend -> backend.loadLinear(List.of(w), List.of(b)))
                    .toList();
            List<WeightTensor> inputs = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                inputs.add(random.tensor(100 + 37 * i, 512));
            }
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                List<Future<float[]>> together = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    int n = i;
                    together.add(threads.submit(
                            () -> run(backends.get(n % 2), linears.get(n % 2), inputs.get(n), 50)));
                }
                for (int i = 0; i < THREADS; i++) {
                    float[] alone = run(first, linears.get(0), inputs.get(i), 1);
                    assertThat(Arrays.equals(together.get(i).get(), alone)).isTrue();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** Every worker's batches have sizes of their own, and come again, so that passes are recorded and replayed. */
    @Test
    void workersOfOneModelComputeWhatOneWorkerComputes() throws Exception {
        try (TestModel model = new TestModel("v3", FP16, TestKernel.HOPPER)) {
            List<PackedBatch> batches = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                batches.add(model.batch(i, 20 + 90 * i, 5, 300 - 60 * i));
            }
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                List<Future<float[]>> together = new ArrayList<>();
                for (PackedBatch batch : batches) {
                    together.add(threads.submit(() -> runAgain(model, batch, 30)));
                }
                for (int i = 0; i < THREADS; i++) {
                    float[] alone = runAgain(model, batches.get(i), 3);
                    assertThat(Arrays.equals(together.get(i).get(), alone)).isTrue();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** The last of several passes in one session. */
    private static float[] runAgain(TestModel model, PackedBatch batch, int times) {
        try (CudaSession session = model.backend().openSession()) {
            float[] values = {};
            for (int i = 0; i < times; i++) {
                values = model.run(session, batch);
            }
            return values;
        }
    }

    @Test
    void anotherGpuOfTheSameKindGivesTheSame() throws Exception {
        assumeTrue(
                new SystemLibraries().gpus() > 1
                        && TestGpu.gpu(0).name().equals(TestGpu.gpu(1).name()),
                "This needs two GPUs of one kind.");
        try (TestModel first = new TestModel("v3", FP16, TestKernel.HOPPER);
                TestModel second =
                        new TestModel("v3", FP16.withDeviceIndex(1), TestKernel.HOPPER)) {
            PackedBatch batch = first.batch(1, 200, 3, 64);
            float[] expected = first.runOnce(batch);
            float[] found = second.runOnce(batch);
            assertThat(Arrays.equals(found, expected)).isTrue();
            assertThat(Arrays.equals(first.runOnce(batch), expected)).isTrue();
        }
    }

    private static float[] run(Backend backend, Linear linear, WeightTensor input, int times) {
        try (Session session = backend.openSession();
                Tensor x = session.upload(input)) {
            float[] values = {};
            for (int i = 0; i < times; i++) {
                try (Tensor y = session.linear(x, linear, Activation.GELU)) {
                    float[] found = session.read(y);
                    assertThat(i == 0 || Arrays.equals(values, found)).isTrue();
                    values = found;
                }
            }
            return values;
        }
    }
}
