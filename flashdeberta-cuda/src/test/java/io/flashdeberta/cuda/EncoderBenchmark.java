package io.flashdeberta.cuda;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.DebertaModel;
import io.flashdeberta.model.ModelWeights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Times the encoder of a published size with random weights: token ids in, hidden states on the GPU. The median of CUDA-event
 * timings of passes one after the other, and of passes after a pause each, which the power that a GPU is allowed for long does not
 * limit; and the memory beyond the weights.
 *
 * <pre>EncoderBenchmark base|large fp16|bf16|fp32 1x128,32x512,…</pre>
 */
public final class EncoderBenchmark {

    private static final int WARM_UP = 120;
    private static final double MOST_WARM_UP = 2000;
    private static final int MOST_RUNS = 50;
    private static final double MOST_MILLISECONDS = 3000;
    private static final int PAUSED_RUNS = 15;
    private static final int PAUSE = 4;

    private final CudaBackend backend;
    private final DebertaModel model;
    private final DebertaConfig config;
    private double starting;

    private EncoderBenchmark(CudaBackend backend, DebertaModel model, DebertaConfig config) {
        this.backend = backend;
        this.model = model;
        this.config = config;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("flashdeberta-benchmark");
        RandomModel.named(arguments[0]).write(folder);
        Precision precision = Precision.valueOf(arguments[1].toUpperCase(Locale.ROOT));
        BackendOptions options = BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision);
        long start = System.nanoTime();
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                CudaBackend backend = (CudaBackend) new CudaBackendProvider().open(options)) {
            DebertaConfig config = ConfigReader.read(checkpoint.json("config.json"));
            ModelWeights weights = new ModelWeights(checkpoint.weights());
            DebertaModel model = DebertaModel.load(config, weights.encoder(), backend);
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s: loaded in %.0f ms, %d MiB%n",
                    arguments[0],
                    backend.description(),
                    (System.nanoTime() - start) / 1e6,
                    backend.allocatedBytes() >> 20);
            System.out.println(
                    "| B×L | ms | ms after a pause | until all was started | tokens/s | MiB beyond weights |");
            System.out.println("|---|---|---|---|---|---|");
            EncoderBenchmark benchmark = new EncoderBenchmark(backend, model, config);
            for (String shape : arguments[2].split(",")) {
                String[] numbers = shape.split("x");
                benchmark.run(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
            }
        }
    }

    private void run(int sequences, int length) {
        long before = backend.allocatedBytes();
        try (CudaSession session = backend.openSession()) {
            double total = 0;
            for (int n = 0; n < WARM_UP && total < MOST_WARM_UP; n++) {
                total += time(session, sequences, length);
            }
            List<Double> times = new ArrayList<>();
            List<Double> starts = new ArrayList<>();
            total = 0;
            while (times.isEmpty() || (times.size() < MOST_RUNS && total < MOST_MILLISECONDS)) {
                double time = time(session, sequences, length);
                times.add(time);
                starts.add(starting);
                total += time;
            }
            double median = median(times);
            double paused =
                    median(afterPauses(session, sequences, length, (long) (PAUSE * median)));
            System.out.printf(
                    Locale.ROOT,
                    "| %d×%d | %.3f | %.3f | %.3f | %.0f | %d |%n",
                    sequences,
                    length,
                    median,
                    paused,
                    median(starts),
                    1000.0 * sequences * length / median,
                    (backend.allocatedBytes() - before) >> 20);
        } catch (RuntimeException e) {
            System.out.printf("| %d×%d | %s | | | | |%n", sequences, length, e.getMessage());
        }
    }

    private List<Double> afterPauses(
            CudaSession session, int sequences, int length, long milliseconds) {
        List<Double> times = new ArrayList<>();
        double total = 0;
        while (times.isEmpty() || (times.size() < PAUSED_RUNS && total < MOST_MILLISECONDS)) {
            long pause = Math.max(10, milliseconds);
            LockSupport.parkNanos(pause * 1_000_000);
            times.add(time(session, sequences, length));
            total += pause;
        }
        return times;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Milliseconds of one pass. */
    private double time(CudaSession session, int sequences, int length) {
        PackedBatch batch = batch(sequences, length);
        session.synchronize();
        try (Stopwatch stopwatch = new Stopwatch(session.stream())) {
            return stopwatch.time(() -> {
                long start = System.nanoTime();
                model.forward(session, batch).close();
                starting = (System.nanoTime() - start) / 1e6;
            });
        }
    }

    private PackedBatch batch(int sequences, int length) {
        Random random = new Random(sequences * 31L + length);
        List<int[]> ids = new ArrayList<>();
        List<int[]> types = new ArrayList<>();
        for (int s = 0; s < sequences; s++) {
            ids.add(random.ints(length, 0, config.vocabSize()).toArray());
            types.add(new int[length]);
        }
        return PackedBatch.of(ids, types);
    }
}
