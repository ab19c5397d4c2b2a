package io.flashdeberta.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.checkpoint.WeightTensor;
import io.flashdeberta.checkpoint.Weights;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A device's operations against plain double precision, at sizes around every block's edge. */
public abstract class OperationsSuite {

    private static final int THREADS = 3;

    private final String device;
    private final Precision precision;
    private final double tolerance;

    @TempDir
    Path folder;

    RandomWeights weights;
    Backend backend;
    Session session;

    /** @param tolerance the error's norm against that of the expected values */
    protected OperationsSuite(String device, Precision precision, double tolerance) {
        this.device = device;
        this.precision = precision;
        this.tolerance = tolerance;
    }

    private Backend open(AttentionKind attention) {
        return Backends.open(
                device, BackendOptions.of(attention, THREADS).withPrecision(precision));
    }

    @BeforeEach
    void open() {
        weights = new RandomWeights(folder, precision);
        backend = open(AttentionKind.FLASH);
        session = backend.openSession();
    }

    @AfterEach
    void close() {
        session.close();
        backend.close();
        assertThat(backend.allocatedBytes()).isZero();
        weights.close();
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "13,5,7", "129,33,65", "511,64,385", "513,768,13", "2049,13,129"})
    void linear(int rows, int inputs, int outputs) {
        WeightTensor x = weights.tensor(rows, inputs);
        WeightTensor w = weights.tensor(outputs, inputs);
        WeightTensor b = weights.tensor(outputs);
        Linear linear = backend.loadLinear(List.of(w), List.of(b));
        try (Tensor input = session.upload(x);
                Tensor y = session.linear(input, linear, Activation.NONE)) {
            assertClose(
                    y, Reference.linear(x.toFloats(), w.toFloats(), b.toFloats(), inputs, v -> v));
        }
    }

    @Test
    void linearStacksWeightsAndDoesWithoutBias() {
        WeightTensor x = weights.tensor(5, 9);
        WeightTensor first = weights.tensor(70, 9);
        WeightTensor second = weights.tensor(3, 9);
        Linear linear = backend.loadLinear(List.of(first, second), List.of());
        float[] stacked = Arrays.copyOf(first.toFloats(), 73 * 9);
        System.arraycopy(second.toFloats(), 0, stacked, 70 * 9, 3 * 9);
        try (Tensor input = session.upload(x);
                Tensor y = session.linear(input, linear, Activation.NONE)) {
            assertClose(y, Reference.linear(x.toFloats(), stacked, null, 9, v -> v));
        }
    }

    @ParameterizedTest
    @EnumSource
    void activations(Activation activation) {
        WeightTensor x = weights.tensor(37, 11);
        WeightTensor w = weights.tensor(50, 11);
        WeightTensor b = weights.tensor(50);
        Linear linear = backend.loadLinear(List.of(w), List.of(b));
        try (Tensor input = session.upload(x);
                Tensor y = session.linear(input, linear, activation)) {
            assertClose(
                    y,
                    Reference.linear(
                            x.toFloats(),
                            w.toFloats(),
                            b.toFloats(),
                            11,
                            Reference.function(activation)));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "13,5", "129,33", "511,64", "65,768"})
    void layerNorm(int rows, int size) {
        WeightTensor x = weights.tensor(rows, size);
        WeightTensor residual = weights.tensor(rows, size);
        WeightTensor scale = weights.tensor(size);
        WeightTensor shift = weights.tensor(size);
        LayerNorm norm = backend.loadLayerNorm(scale, shift, 1e-5f);
        double[] plain = toDouble(x.toFloats());
        double[] sum = toDouble(x.toFloats());
        float[] added = residual.toFloats();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += added[i];
        }
        try (Tensor input = session.upload(x);
                Tensor other = session.upload(residual);
                Tensor normed = session.layerNorm(input, norm);
                Tensor summed = session.addLayerNorm(input, other, norm)) {
            assertClose(
                    normed, Reference.layerNorm(plain, scale.toFloats(), shift.toFloats(), 1e-5f));
            assertClose(
                    summed, Reference.layerNorm(sum, scale.toFloats(), shift.toFloats(), 1e-5f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 63, 64, 65, 129, 511, 513, 1025, 2049})
    void attention(int length) {
        for (AttentionKind kind : AttentionKind.values()) {
            checkAttention(
                    kind, new int[] {length}, 1, 8, new RelativeBuckets(256, 512), true, true);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void attentionWithSomePositionTerms(boolean contentToPosition, boolean positionToContent) {
        for (AttentionKind kind : AttentionKind.values()) {
            int[] lengths = {70, 1, 300, 2};
            checkAttention(
                    kind,
                    lengths,
                    3,
                    13,
                    new RelativeBuckets(8, 32),
                    contentToPosition,
                    positionToContent);
            checkAttention(
                    kind,
                    lengths,
                    2,
                    20,
                    new RelativeBuckets(-1, 24),
                    contentToPosition,
                    positionToContent);
        }
    }

    @Test
    void attentionOfManySequencesOfRandomLengths() {
        Random random = new Random(7);
        int[] lengths = random.ints(40, 1, 200).toArray();
        checkAttention(
                AttentionKind.FLASH, lengths, 2, 32, new RelativeBuckets(16, 64), true, true);
    }

    @Test
    void failedOperationsKeepNoMemory() {
        Linear linear = backend.loadLinear(List.of(weights.tensor(8, 4)), List.of());
        Embeddings embeddings = backend.loadEmbeddings(
                weights.tensor(5, 4),
                null,
                null,
                null,
                backend.loadLayerNorm(weights.tensor(4), weights.tensor(4), 1e-7f));
        PackedBatch unknownToken = new PackedBatch(new int[] {99}, new int[1], new int[] {0, 1});
        try (Tensor x = session.upload(weights.tensor(4, 5))) {
            assertThatThrownBy(() -> session.embed(embeddings, unknownToken))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            long held = backend.allocatedBytes();
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> session.embed(embeddings, unknownToken))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> session.linear(x, linear, Activation.NONE))
                        .hasMessageContaining("takes 4");
            }
            assertThat(backend.allocatedBytes()).isEqualTo(held);
        }
    }

    private void checkAttention(
            AttentionKind kind,
            int[] lengths,
            int heads,
            int size,
            RelativeBuckets buckets,
            boolean contentToPosition,
            boolean positionToContent) {
        PackedBatch batch = batch(lengths);
        WeightTensor qkv = weights.tensor(batch.totalTokens(), 3L * heads * size);
        WeightTensor kr =
                contentToPosition ? weights.tensor(buckets.rows(), (long) heads * size) : null;
        WeightTensor qr =
                positionToContent ? weights.tensor(buckets.rows(), (long) heads * size) : null;
        float scale = (float) (1 / Math.sqrt(3.0 * size));
        try (Backend other = open(kind);
                Session pass = other.openSession();
                Tensor keyPositions = kr == null ? null : pass.upload(kr);
                Tensor queryPositions = qr == null ? null : pass.upload(qr);
                Tensor input = pass.upload(qkv)) {
            boolean positions = contentToPosition || positionToContent;
            Attention attention = other.loadAttention(
                    heads, size, keyPositions, queryPositions, positions ? buckets : null, scale);
            try (Tensor context = pass.attention(input, attention, batch)) {
                assertClose(
                        pass,
                        context,
                        Reference.attention(
                                qkv.toFloats(),
                                kr == null ? null : kr.toFloats(),
                                qr == null ? null : qr.toFloats(),
                                heads,
                                size,
                                buckets,
                                scale,
                                batch.offsets()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3,1", "5,2", "1,4"})
    void convolution(int kernelSize, int groups) {
        PackedBatch batch = batch(1, 13, 2, 129);
        WeightTensor x = weights.tensor(batch.totalTokens(), 24);
        WeightTensor w = weights.tensor(24, 24 / groups, kernelSize);
        WeightTensor b = weights.tensor(24);
        Convolution convolution = backend.loadConvolution(w, b, groups, Activation.TANH);
        try (Tensor input = session.upload(x);
                Tensor y = session.convolve(input, convolution, batch)) {
            assertClose(
                    y,
                    Reference.convolve(
                            x.toFloats(),
                            w.toFloats(),
                            b.toFloats(),
                            kernelSize,
                            groups,
                            batch.offsets(),
                            Math::tanh));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "5,3", "24,32", "33,65", "64,384"})
    void lstm(int inputs, int hidden) {
        int[] offsets = {0, 1, 14, 14, 16, 145};
        WeightTensor x = weights.tensor(145, inputs);
        Lstm.Direction forward = direction(inputs, hidden);
        Lstm.Direction backward = direction(inputs, hidden);
        double[] expected = new double[145 * 2 * hidden];
        runReference(x, forward, offsets, 1, expected, 0);
        runReference(x, backward, offsets, -1, expected, hidden);
        try (Tensor input = session.upload(x);
                Lstm lstm = backend.loadLstm(forward, backward);
                Tensor y = session.lstm(input, lstm, offsets);
                Tensor again = session.lstm(input, lstm, offsets)) {
            assertThat(y.columns()).isEqualTo(2 * hidden);
            assertClose(y, expected);
            assertThat(session.read(again)).isEqualTo(session.read(y));
        }
    }

    @Test
    void lstmOverManySequences() {
        int[] offsets = new int[42];
        for (int s = 1; s < offsets.length; s++) {
            offsets[s] = offsets[s - 1] + s * 7 % 5;
        }
        int rows = offsets[41];
        WeightTensor x = weights.tensor(rows, 6);
        Lstm.Direction forward = direction(6, 16);
        Lstm.Direction backward = direction(6, 16);
        double[] expected = new double[rows * 2 * 16];
        runReference(x, forward, offsets, 1, expected, 0);
        runReference(x, backward, offsets, -1, expected, 16);
        try (Tensor input = session.upload(x);
                Lstm lstm = backend.loadLstm(forward, backward);
                Tensor y = session.lstm(input, lstm, offsets)) {
            assertClose(y, expected);
        }
    }

    @Test
    void lstmOverNothing() {
        try (Tensor x = session.upload(weights.tensor(3, 4));
                Tensor nothing = session.gatherRows(x, new int[0]);
                Lstm lstm = backend.loadLstm(direction(4, 8), direction(4, 8))) {
            for (int[] offsets : new int[][] {{0}, {0, 0, 0}}) {
                try (Tensor y = session.lstm(nothing, lstm, offsets)) {
                    assertThat(y.rows()).isZero();
                    assertThat(y.columns()).isEqualTo(16);
                }
            }
        }
    }

    private Lstm.Direction direction(int inputs, int hidden) {
        double deviation = 1 / Math.sqrt(hidden);
        return new Lstm.Direction(
                weights.scaled(1 / Math.sqrt(inputs), 4L * hidden, inputs),
                weights.scaled(deviation, 4L * hidden, hidden),
                weights.scaled(deviation, 4L * hidden),
                weights.scaled(deviation, 4L * hidden));
    }

    private static void runReference(
            WeightTensor x,
            Lstm.Direction direction,
            int[] offsets,
            int step,
            double[] y,
            int column) {
        float[] bias = direction.inputBias().toFloats();
        float[] stateBias = direction.stateBias().toFloats();
        for (int i = 0; i < bias.length; i++) {
            bias[i] += stateBias[i];
        }
        Reference.lstm(
                x.toFloats(),
                direction.inputs().toFloats(),
                direction.states().toFloats(),
                bias,
                offsets,
                step,
                y,
                column);
    }

    /** By {@code src/test/python/lstm.py}. */
    @Test
    void lstmAsPyTorchHasIt() throws Exception {
        Path copy = Files.createDirectory(folder.resolve("lstm"));
        for (String file : List.of("config.json", "model.safetensors")) {
            try (InputStream content = OperationsSuite.class.getResourceAsStream("/lstm/" + file)) {
                Files.copy(content, copy.resolve(file));
            }
        }
        try (Checkpoint checkpoint = Checkpoint.open(copy);
                Tensor x = session.upload(checkpoint.weights().get("x"));
                Lstm lstm = backend.loadLstm(
                        direction(checkpoint.weights(), ""),
                        direction(checkpoint.weights(), "_reverse"));
                Tensor y = session.lstm(x, lstm, new int[] {0, 3, 4, 13})) {
            assertClose(y, toDouble(checkpoint.weights().get("y").toFloats()));
        }
    }

    private static Lstm.Direction direction(Weights weights, String suffix) {
        return new Lstm.Direction(
                weights.get("weight_ih_l0" + suffix),
                weights.get("weight_hh_l0" + suffix),
                weights.get("bias_ih_l0" + suffix),
                weights.get("bias_hh_l0" + suffix));
    }

    @Test
    void anLstmChecksItsSequences() {
        Lstm lstm = backend.loadLstm(direction(3, 2), direction(3, 2));
        try (Tensor x = session.upload(weights.tensor(4, 3));
                Tensor wide = session.upload(weights.tensor(4, 5))) {
            assertThatThrownBy(() -> session.lstm(wide, lstm, new int[] {0, 4}))
                    .hasMessage("A row has 5 values; the LSTM takes 3.");
            assertThatThrownBy(() -> session.lstm(x, lstm, new int[] {0, 5}))
                    .hasMessage("The sequences have 5 rows; there are 4.");
            assertThatThrownBy(() -> session.lstm(x, lstm, new int[] {0, 3, 2, 4}))
                    .hasMessage("Sequence 2 starts at row 2; expected at least 3.");
            assertThatThrownBy(() -> session.lstm(x, lstm, new int[] {1, 4}))
                    .hasMessage("Sequence 0 starts at row 1; expected 0.");
        }
    }

    @Test
    void copiesAndMeans() {
        PackedBatch batch = batch(2, 1, 513);
        WeightTensor x = weights.tensor(batch.totalTokens(), 7);
        float[] values = x.toFloats();
        try (Tensor input = session.upload(x);
                Tensor rows = session.gatherRows(input, new int[] {515, 0, 3});
                Tensor columns = session.sliceColumns(input, 2, 5);
                Tensor means = session.meanRows(input, batch)) {
            assertThat(session.read(input)).isEqualTo(values);
            assertThat(Arrays.copyOf(session.read(rows), 7))
                    .isEqualTo(Arrays.copyOfRange(values, 515 * 7, 516 * 7));
            assertThat(Arrays.copyOf(session.read(columns), 3))
                    .containsExactly(values[2], values[3], values[4]);
            double[] expected = new double[3 * 7];
            for (int s = 0; s < 3; s++) {
                for (int i = batch.start(s); i < batch.start(s) + batch.length(s); i++) {
                    for (int c = 0; c < 7; c++) {
                        expected[s * 7 + c] += (double) values[i * 7 + c] / batch.length(s);
                    }
                }
            }
            assertClose(means, expected);
        }
    }

    @Test
    void embedding() {
        WeightTensor words = weights.tensor(50, 6);
        WeightTensor positions = weights.tensor(20, 6);
        WeightTensor types = weights.tensor(2, 6);
        WeightTensor projection = weights.tensor(10, 6);
        WeightTensor scale = weights.tensor(10);
        WeightTensor shift = weights.tensor(10);
        PackedBatch batch = new PackedBatch(
                new int[] {49, 0, 7, 7}, new int[] {0, 1, 0, 1}, new int[] {0, 3, 4});
        float[] sum = new float[4 * 6];
        for (int i = 0; i < 4; i++) {
            for (int c = 0; c < 6; c++) {
                int position = i < 3 ? i : 0;
                sum[i * 6 + c] = words.toFloats()[batch.ids()[i] * 6 + c]
                        + positions.toFloats()[position * 6 + c]
                        + types.toFloats()[batch.typeIds()[i] * 6 + c];
            }
        }
        Embeddings embeddings = backend.loadEmbeddings(
                words,
                positions,
                types,
                backend.loadLinear(List.of(projection), List.of()),
                backend.loadLayerNorm(scale, shift, 1e-7f));
        try (Tensor y = session.embed(embeddings, batch)) {
            double[] projected = Reference.linear(sum, projection.toFloats(), null, 6, v -> v);
            assertClose(
                    y, Reference.layerNorm(projected, scale.toFloats(), shift.toFloats(), 1e-7f));
        }
    }

    static PackedBatch batch(int... lengths) {
        List<int[]> ids = new ArrayList<>();
        for (int length : lengths) {
            ids.add(new int[length]);
        }
        return PackedBatch.of(ids, ids);
    }

    private static double[] toDouble(float[] values) {
        double[] copy = new double[values.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = values[i];
        }
        return copy;
    }

    private void assertClose(Tensor found, double[] expected) {
        assertClose(session, found, expected);
    }

    /** The error's norm against that of the expected values. */
    private void assertClose(Session session, Tensor found, double[] expected) {
        float[] values = session.read(found);
        assertThat(values).hasSize(expected.length);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < values.length; i++) {
            error += (values[i] - expected[i]) * (values[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        assertThat(Math.sqrt(error / Math.max(norm, Double.MIN_NORMAL))).isLessThan(tolerance);
    }
}
