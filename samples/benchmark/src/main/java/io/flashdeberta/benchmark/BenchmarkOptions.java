package io.flashdeberta.benchmark;

import io.flashdeberta.backend.Precision;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The program's arguments.
 *
 * @param lengths tokens of a sequence, one measurement each
 * @param profile whether to tell how long each kind of operation took
 * @param serve whether to measure what standard input asks for
 * @param output where {@code benchmark.json} and {@code benchmark.svg} are written
 */
record BenchmarkOptions(
        String backend,
        ModelSize size,
        int batch,
        List<Integer> lengths,
        Precision precision,
        int threads,
        double seconds,
        boolean profile,
        boolean serve,
        Path output) {

    static final String USAGE = """
            Usage: Benchmark [--backend cpu|cuda] [--size xsmall|small|base|large] [--batch N]
                             [--length N,N,…] [--dtype auto|fp32|fp16|bf16|int8] [--threads N]
                             [--seconds S] [--output FOLDER] [--profile] [--serve]""";

    /** @throws IllegalArgumentException if the arguments make no sense */
    static BenchmarkOptions parse(String... arguments) {
        String backend = "cpu";
        ModelSize size = ModelSize.BASE;
        int batch = 1;
        List<Integer> lengths = List.of(32, 128, 512, 2048);
        Precision precision = Precision.AUTO;
        int threads = Runtime.getRuntime().availableProcessors();
        double seconds = 3;
        boolean profile = false;
        boolean serve = false;
        Path output = Path.of(".");
        for (int n = 0; n < arguments.length; n++) {
            switch (arguments[n]) {
                case "--profile" -> profile = true;
                case "--serve" -> serve = true;
                case "--backend" -> backend = value(arguments, ++n);
                case "--size" -> size = ModelSize.valueOf(upper(value(arguments, ++n)));
                case "--batch" -> batch = positive(value(arguments, ++n));
                case "--length" ->
                    lengths = Arrays.stream(value(arguments, ++n).split(","))
                            .map(BenchmarkOptions::positive)
                            .toList();
                case "--dtype" -> precision = Precision.valueOf(upper(value(arguments, ++n)));
                case "--threads" -> threads = positive(value(arguments, ++n));
                case "--seconds" -> seconds = Double.parseDouble(value(arguments, ++n));
                case "--output" -> output = Path.of(value(arguments, ++n));
                default ->
                    throw new IllegalArgumentException("Unknown argument " + arguments[n] + ".");
            }
        }
        return new BenchmarkOptions(
                backend, size, batch, lengths, precision, threads, seconds, profile, serve, output);
    }

    private static String value(String[] arguments, int n) {
        if (n == arguments.length) {
            throw new IllegalArgumentException(arguments[n - 1] + " needs a value.");
        }
        return arguments[n];
    }

    private static String upper(String value) {
        return value.toUpperCase(Locale.ROOT);
    }

    private static int positive(String value) {
        int number = Integer.parseInt(value);
        if (number < 1) {
            throw new IllegalArgumentException(value + " is not a number ≥ 1.");
        }
        return number;
    }
}
