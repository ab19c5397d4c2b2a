package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Linear;
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

    @Test
    void sideBySideTheyComputeWhatTheyComputeAlone(@TempDir Path folder) throws Exception {
        BackendOptions options =
                BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(Precision.FP16);
        try (RandomWeights random = new RandomWeights(folder, Precision.FP16);
                Backend first = new CudaBackendProvider().open(options);
                Backend second = new CudaBackendProvider().open(options)) {
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
