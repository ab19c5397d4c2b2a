package io.flashdeberta.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.model.ReferenceCheckpoint.Case;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every encoder variant and head against the float64 outputs of transformers, alone and in mixed batches. */
public abstract class ParitySuite {

    private static final int ANY_TOKEN = 7;
    private static final int THREADS = 2;

    private final String device;
    private final Precision precision;
    private final double tolerance;
    private final double batchTolerance;

    /**
     * @param tolerance the greatest difference from transformers
     * @param batchTolerance the greatest difference between an input alone and in a batch
     */
    protected ParitySuite(
            String device, Precision precision, double tolerance, double batchTolerance) {
        this.device = device;
        this.precision = precision;
        this.tolerance = tolerance;
        this.batchTolerance = batchTolerance;
    }

    static Stream<Arguments> checkpoints() throws Exception {
        return ReferenceCheckpoint.all()
                .flatMap(folder -> Stream.of(AttentionKind.values())
                        .map(kind -> Arguments.of(folder.getFileName(), folder, kind)));
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("checkpoints")
    void agreesWithTransformers(Path name, Path folder, AttentionKind kind, TestReporter report) {
        try (ReferenceCheckpoint reference = new ReferenceCheckpoint(folder);
                Backend backend = Backends.open(
                        device, BackendOptions.of(kind, THREADS).withPrecision(precision));
                Session session = backend.openSession()) {
            DebertaConfig config = ConfigReader.read(reference.checkpoint().json("config.json"));
            ModelWeights weights = new ModelWeights(reference.checkpoint().weights());
            DebertaModel model = DebertaModel.load(config, weights.encoder(), backend);
            List<Case> cases = reference.cases();
            PackedBatch all = pack(cases);
            for (String output : reference.outputs()) {
                Head head = head(output, config, weights, backend);
                List<float[]> together =
                        split(cases, all, head, run(session, model, head, output, all));
                for (int c = 0; c < cases.size(); c++) {
                    Case one = cases.get(c);
                    float[] alone = run(session, model, head, output, pack(List.of(one)));
                    double[] expected = reference.expected(one, output);
                    String what = name + " " + one.name() + " " + output;
                    double difference = difference(select(alone, one, head, output), expected);
                    report.publishEntry(what, String.valueOf(difference));
                    assertThat(difference).as(what).isLessThan(tolerance);
                    assertThat(difference(together.get(c), toDouble(alone)))
                            .as(what + " in a batch")
                            .isLessThan(batchTolerance);
                }
            }
            assertThat(weights.leftovers()).isEmpty();
        }
    }

    private static Head head(
            String output, DebertaConfig config, ModelWeights weights, Backend backend) {
        if (output.equals("hidden")) {
            return HiddenStates.ALL_TOKENS.head(config.hiddenSize());
        }
        if (output.equals("start") || output.equals("end")) {
            return TokenHead.loadQuestionAnswering(config, weights, backend);
        }
        if (weights.contains("cls.predictions.bias")
                || weights.contains("lm_predictions.lm_head.bias")) {
            return MaskedLanguageHead.load(config, ANY_TOKEN, weights, backend);
        }
        if (weights.contains("pooler.dense.weight")) {
            int outputs = Math.toIntExact(weights.shape("classifier.weight")[0]);
            return SequenceHead.load(config, outputs, weights, backend);
        }
        return TokenHead.loadClassifier(config, weights, backend);
    }

    private static float[] run(
            Session session, DebertaModel model, Head head, String output, PackedBatch batch) {
        try (Tensor hidden = model.forward(session, batch);
                Tensor result = head.apply(
                        session,
                        hidden,
                        head instanceof MaskedLanguageHead ? masked(batch) : batch)) {
            float[] values = session.read(result);
            if (!output.equals("start") && !output.equals("end")) {
                return values;
            }
            float[] column = new float[values.length / 2];
            for (int i = 0; i < column.length; i++) {
                column[i] = values[2 * i + (output.equals("start") ? 0 : 1)];
            }
            return column;
        }
    }

    /** The masked language head computes masks only; the expected values are for every token. */
    private static PackedBatch masked(PackedBatch batch) {
        int[] masks = new int[batch.totalTokens()];
        Arrays.fill(masks, ANY_TOKEN);
        return new PackedBatch(masks, batch.typeIds(), batch.offsets());
    }

    private static PackedBatch pack(List<Case> cases) {
        return PackedBatch.of(
                cases.stream().map(Case::ids).toList(),
                cases.stream().map(Case::typeIds).toList());
    }

    private static boolean perToken(Head head) {
        return !(head instanceof SequenceHead);
    }

    private static List<float[]> split(
            List<Case> cases, PackedBatch batch, Head head, float[] values) {
        int rows = perToken(head) ? batch.totalTokens() : batch.sequences();
        int columns = values.length / rows;
        List<float[]> parts = new ArrayList<>();
        for (int s = 0; s < cases.size(); s++) {
            int from = perToken(head) ? batch.start(s) : s;
            int to = perToken(head) ? from + batch.length(s) : s + 1;
            parts.add(Arrays.copyOfRange(values, from * columns, to * columns));
        }
        return parts;
    }

    private static float[] select(float[] values, Case one, Head head, String output) {
        if (!perToken(head)) {
            return values;
        }
        int columns = values.length / one.ids().length;
        float[] selected = new float[one.rows().length * columns];
        for (int r = 0; r < one.rows().length; r++) {
            System.arraycopy(values, one.rows()[r] * columns, selected, r * columns, columns);
        }
        return selected;
    }

    private static double[] toDouble(float[] values) {
        double[] copy = new double[values.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = values[i];
        }
        return copy;
    }

    private static double difference(float[] found, double[] expected) {
        assertThat(found).hasSize(expected.length);
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            double difference = Math.abs(found[i] - expected[i]);
            worst = Double.isNaN(difference)
                    ? Double.POSITIVE_INFINITY
                    : Math.max(worst, difference);
        }
        return worst;
    }
}
