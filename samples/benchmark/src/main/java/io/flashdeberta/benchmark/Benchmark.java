package io.flashdeberta.benchmark;

import io.flashdeberta.backend.PackedBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Times the encoder, token ids in and a hidden state out, and says so as a table, {@code benchmark.json} and
 * {@code benchmark.svg}. With {@code --serve} it reads lines of sequence lengths, {@code 128,128,20}, and answers each with the
 * milliseconds of one pass, so that another program can take turns with it.
 */
public final class Benchmark {

    private static final int LEAST_RUNS = 5;
    private static final int LEAST_WARM_UP = 3;

    private Benchmark() {}

    public static void main(String[] arguments) throws IOException {
        BenchmarkOptions options;
        try {
            options = BenchmarkOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(BenchmarkOptions.USAGE);
            System.exit(2);
            return;
        }
        Path folder = RandomCheckpoint.of(options.size());
        if (options.serve()) {
            serve(folder, options);
        } else {
            measure(folder, options);
        }
    }

    private static void serve(Path folder, BenchmarkOptions options) throws IOException {
        try (Encoder encoder = new Encoder(folder, options, session -> session);
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready " + folder + " " + encoder.description());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int[] lengths = Arrays.stream(line.split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                System.out.printf(Locale.ROOT, "%.4f%n", encoder.time(Encoder.batch(lengths)));
            }
        }
    }

    private static void measure(Path folder, BenchmarkOptions options) throws IOException {
        String name = "deberta-v3-" + options.size().name().toLowerCase(Locale.ROOT);
        List<Measurement> measurements = new ArrayList<>();
        String device;
        try (Encoder encoder = new Encoder(folder, options, session -> session)) {
            device = encoder.description();
            System.out.println(name + " on " + device);
            System.out.println(Measurement.header());
            for (int length : options.lengths()) {
                Measurement measurement = measure(encoder, options, length);
                measurements.add(measurement);
                System.out.println(measurement.row());
            }
        }
        if (options.profile()) {
            options.lengths().forEach(length -> profile(folder, options, length));
        }
        Map<String, Object> result =
                Map.of("model", name, "device", device, "measurements", measurements);
        Files.createDirectories(options.output());
        JsonMapper.builder()
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValue(options.output().resolve("benchmark.json"), result);
        Files.writeString(
                options.output().resolve("benchmark.svg"),
                Plot.of(name + " on " + device, measurements));
    }

    private static Measurement measure(Encoder encoder, BenchmarkOptions options, int length) {
        PackedBatch batch = batch(options, length);
        repeat(encoder, batch, LEAST_WARM_UP, options.seconds() / 2);
        Memory.resetHeapPeak();
        double[] times = repeat(encoder, batch, LEAST_RUNS, options.seconds());
        Memory memory = Memory.peak(encoder.allocatedBytes());
        return Measurement.of(options.size(), options.batch(), length, times, memory);
    }

    private static void profile(Path folder, BenchmarkOptions options, int length) {
        Profile[] profile = new Profile[1];
        PackedBatch batch = batch(options, length);
        try (Encoder encoder =
                new Encoder(folder, options, session -> profile[0] = new Profile(session))) {
            repeat(encoder, batch, LEAST_WARM_UP, options.seconds() / 2);
            profile[0].nanoseconds().clear();
            repeat(encoder, batch, LEAST_RUNS, options.seconds());
            System.out.println(options.batch() + "×" + length + ": " + profile[0].shares());
        }
    }

    private static PackedBatch batch(BenchmarkOptions options, int length) {
        int[] lengths = new int[options.batch()];
        Arrays.fill(lengths, length);
        return Encoder.batch(lengths);
    }

    private static double[] repeat(Encoder encoder, PackedBatch batch, int least, double seconds) {
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        while (times.size() < least || (System.nanoTime() - start) / 1e9 < seconds) {
            times.add(encoder.time(batch));
        }
        return times.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
