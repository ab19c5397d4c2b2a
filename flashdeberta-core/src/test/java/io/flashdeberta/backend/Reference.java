package io.flashdeberta.backend;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The operations in plain double precision, written as their definitions read. Matrices are row-major. */
public final class Reference {

    private Reference() {}

    /** {@code x [n, in]}, {@code w [out, in]}, {@code b [out]} or null → {@code [n, out]}. */
    public static double[] linear(
            float[] x, float[] w, float @Nullable [] b, int in, DoubleUnaryOperator activation) {
        int n = x.length / in;
        int out = w.length / in;
        double[] y = new double[n * out];
        for (int r = 0; r < n; r++) {
            for (int o = 0; o < out; o++) {
                double sum = b == null ? 0 : b[o];
                for (int i = 0; i < in; i++) {
                    sum += (double) x[r * in + i] * w[o * in + i];
                }
                y[r * out + o] = activation.applyAsDouble(sum);
            }
        }
        return y;
    }

    public static double[] layerNorm(double[] x, float[] scale, float[] shift, double epsilon) {
        int size = scale.length;
        double[] y = new double[x.length];
        for (int from = 0; from < x.length; from += size) {
            double mean = 0;
            for (int c = 0; c < size; c++) {
                mean += x[from + c] / size;
            }
            double variance = 0;
            for (int c = 0; c < size; c++) {
                variance += (x[from + c] - mean) * (x[from + c] - mean) / size;
            }
            for (int c = 0; c < size; c++) {
                y[from + c] =
                        (x[from + c] - mean) / Math.sqrt(variance + epsilon) * scale[c] + shift[c];
            }
        }
        return y;
    }

    /** Attention over {@code qkv [tokens, 3·heads·size]}; KR and QR are {@code [buckets.rows(), heads·size]} or null. */
    public static double[] attention(
            float[] qkv,
            float @Nullable [] kr,
            float @Nullable [] qr,
            int heads,
            int size,
            @Nullable RelativeBuckets buckets,
            double scale,
            int[] offsets) {
        int width = heads * size;
        double[] context = new double[qkv.length / 3];
        for (int n = 0; n < heads * (offsets.length - 1); n++) {
            int s = n / heads;
            int h = n % heads;
            IntStream.range(offsets[s], offsets[s + 1]).parallel().forEach(i -> {
                double[] scores = new double[offsets[s + 1] - offsets[s]];
                for (int j = offsets[s]; j < offsets[s + 1]; j++) {
                    int query = 3 * width * i + h * size;
                    int key = 3 * width * j + width + h * size;
                    double score = dot(qkv, query, qkv, key, size);
                    if (buckets != null) {
                        int row = buckets.row(i - j) * width + h * size;
                        score += kr == null ? 0 : dot(qkv, query, kr, row, size);
                        score += qr == null ? 0 : dot(qkv, key, qr, row, size);
                    }
                    scores[j - offsets[s]] = scale * score;
                }
                softmax(scores);
                for (int j = offsets[s]; j < offsets[s + 1]; j++) {
                    for (int d = 0; d < size; d++) {
                        context[width * i + h * size + d] += scores[j - offsets[s]]
                                * qkv[3 * width * j + 2 * width + h * size + d];
                    }
                }
            });
        }
        return context;
    }

    private static double dot(float[] a, int fromA, float[] b, int fromB, int size) {
        double sum = 0;
        for (int d = 0; d < size; d++) {
            sum += (double) a[fromA + d] * b[fromB + d];
        }
        return sum;
    }

    private static void softmax(double[] scores) {
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (int j = 0; j < scores.length; j++) {
            scores[j] = Math.exp(scores[j] - max);
            sum += scores[j];
        }
        for (int j = 0; j < scores.length; j++) {
            scores[j] /= sum;
        }
    }

    /** {@code x [tokens, hidden]}, {@code w [hidden, hidden/groups, k]}; zeros beyond the ends of each sequence. */
    public static double[] convolve(
            float[] x,
            float[] w,
            float[] b,
            int k,
            int groups,
            int[] offsets,
            DoubleUnaryOperator activation) {
        int hidden = b.length;
        int width = hidden / groups;
        double[] y = new double[x.length];
        for (int s = 0; s + 1 < offsets.length; s++) {
            for (int i = offsets[s]; i < offsets[s + 1]; i++) {
                for (int o = 0; o < hidden; o++) {
                    double sum = b[o];
                    for (int t = 0; t < k; t++) {
                        int token = i + t - k / 2;
                        for (int c = 0;
                                token >= offsets[s] && token < offsets[s + 1] && c < width;
                                c++) {
                            sum += (double) x[token * hidden + o / width * width + c]
                                    * w[(o * width + c) * k + t];
                        }
                    }
                    y[i * hidden + o] = activation.applyAsDouble(sum);
                }
            }
        }
        return y;
    }

    /**
     * One direction of an LSTM: {@code x [rows, inputs]} → columns {@code [column, column + hidden)} of {@code y [rows, 2·hidden]}.
     *
     * @param w {@code [4·hidden, inputs]}, gates in the order input, forget, cell, output
     * @param u {@code [4·hidden, hidden]}
     * @param b {@code [4·hidden]}
     * @param step 1 forwards, −1 backwards
     */
    public static void lstm(
            float[] x,
            float[] w,
            float[] u,
            float[] b,
            int[] offsets,
            int step,
            double[] y,
            int column) {
        int hidden = b.length / 4;
        int inputs = w.length / b.length;
        DoubleUnaryOperator sigmoid = function(Activation.SIGMOID);
        for (int s = 0; s + 1 < offsets.length; s++) {
            double[] h = new double[hidden];
            double[] c = new double[hidden];
            int length = offsets[s + 1] - offsets[s];
            for (int i = 0; i < length; i++) {
                int row = step > 0 ? offsets[s] + i : offsets[s + 1] - 1 - i;
                double[] gates = new double[b.length];
                for (int g = 0; g < gates.length; g++) {
                    gates[g] = b[g];
                    for (int k = 0; k < inputs; k++) {
                        gates[g] += (double) w[g * inputs + k] * x[row * inputs + k];
                    }
                    for (int k = 0; k < hidden; k++) {
                        gates[g] += u[g * hidden + k] * h[k];
                    }
                }
                for (int k = 0; k < hidden; k++) {
                    c[k] = sigmoid.applyAsDouble(gates[hidden + k]) * c[k]
                            + sigmoid.applyAsDouble(gates[k]) * Math.tanh(gates[2 * hidden + k]);
                    h[k] = sigmoid.applyAsDouble(gates[3 * hidden + k]) * Math.tanh(c[k]);
                    y[row * 2 * hidden + column + k] = h[k];
                }
            }
        }
    }

    public static DoubleUnaryOperator function(Activation activation) {
        return switch (activation) {
            case NONE -> x -> x;
            case GELU -> x -> x / 2 * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH ->
                x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case RELU -> x -> Math.max(0, x);
            case TANH -> Math::tanh;
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case SILU -> x -> x / (1 + Math.exp(-x));
        };
    }

    /** By the series {@code 2/√π · Σ (−1)ⁿ x²ⁿ⁺¹ / (n!(2n+1))}, which converges everywhere; 1 beyond ±5 in double precision. */
    private static double erf(double x) {
        if (Math.abs(x) > 5) {
            return Math.signum(x);
        }
        double power = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            power *= -x * x / n;
            sum += power / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
