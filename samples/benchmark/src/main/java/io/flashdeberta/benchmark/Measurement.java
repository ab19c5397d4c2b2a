package io.flashdeberta.benchmark;

import java.util.Arrays;
import java.util.Locale;

/**
 * What was measured for one shape.
 *
 * @param runs how often the pass was timed
 * @param least milliseconds of the fastest pass, the one that other programs disturbed least
 * @param median milliseconds of a pass
 * @param percentile90 milliseconds that nine passes of ten stay below
 * @param flops floating-point operations a second
 * @param heapBytes peak of the Java heap
 * @param nativeBytes what the backend holds outside the heap after the passes, weights included
 * @param residentBytes peak of the whole process so far, 0 if the system does not tell
 */
record Measurement(
        int batch,
        int length,
        int runs,
        double least,
        double median,
        double percentile90,
        double tokensPerSecond,
        double flops,
        long heapBytes,
        long nativeBytes,
        long residentBytes) {

    static Measurement of(
            ModelSize size, int batch, int length, double[] milliseconds, Memory memory) {
        double[] sorted = milliseconds.clone();
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        int[] lengths = new int[batch];
        Arrays.fill(lengths, length);
        return new Measurement(
                batch,
                length,
                sorted.length,
                sorted[0],
                median,
                sorted[(int) (0.9 * (sorted.length - 1))],
                1e3 * batch * length / median,
                1e3 * size.operations(lengths) / median,
                memory.heap(),
                memory.nativeBytes(),
                memory.resident());
    }

    String shape() {
        return batch + "×" + length;
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f | %.0f | %.0f | %d | %d | %d |",
                shape(),
                runs,
                least,
                median,
                percentile90,
                tokensPerSecond,
                flops / 1e9,
                heapBytes >> 20,
                nativeBytes >> 20,
                residentBytes >> 20);
    }

    static String header() {
        return """
                | B×L | runs | least ms | median ms | p90 ms | tokens/s | GFLOP/s | heap MiB | native MiB | process MiB |
                |---|---|---|---|---|---|---|---|---|---|""";
    }
}
