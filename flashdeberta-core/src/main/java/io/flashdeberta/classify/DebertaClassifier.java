package io.flashdeberta.classify;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.FittedInput;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.model.SequenceHead;
import io.flashdeberta.tokenizer.Offsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Labels whole texts, or pairs of texts, with a sequence classification checkpoint, as transformers'
 * {@code text-classification} pipeline does. Regression gives its output as it is, several independent labels and a single one
 * a sigmoid each, and labels that exclude each other a softmax. A text that is too long is cut, and the result
 * says so, or is refused.
 * Thread-safe; close it to free the model.
 */
public final class DebertaClassifier extends DebertaTask<DebertaClassifier> {

    private static final Comparator<LabelScore> BEST_FIRST =
            Comparator.comparingDouble(LabelScore::logit).reversed();

    private final LabelActivation activation;
    private final Truncation truncation;

    private DebertaClassifier(Engine engine, Truncation truncation, @Nullable Duration timeout) {
        super(engine, timeout);
        this.truncation = truncation;
        activation = LabelActivation.of(engine.json(), labels().size());
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The labels in the checkpoint's order. */
    public List<String> labels() {
        return engine.config().labels();
    }

    /** {@link #classify(List)} of one text. */
    public ClassificationResult classify(String text) {
        return answer(job(text));
    }

    /**
     * Labels a pair of texts, such as premise and hypothesis; either may be empty.
     *
     * @throws IllegalArgumentException if a text is null
     * @throws IllegalStateException if the model is closed
     */
    public ClassificationResult classify(String text, String pair) {
        return answer(job(text, pair));
    }

    /**
     * Labels texts, which may be empty.
     *
     * @return a result for each text, in the same order
     * @throws IllegalArgumentException if the list or a text is null
     * @throws IllegalStateException if the model is closed
     */
    public List<ClassificationResult> classify(List<String> texts) {
        return answer(job(texts));
    }

    /** {@link #classify(String)} as a future. */
    public CompletableFuture<ClassificationResult> classifyAsync(String text) {
        return answerLater(job(text));
    }

    /** {@link #classify(String, String)} as a future. */
    public CompletableFuture<ClassificationResult> classifyAsync(String text, String pair) {
        return answerLater(job(text, pair));
    }

    /** {@link #classify(List)} as a future. */
    public CompletableFuture<List<ClassificationResult>> classifyAsync(List<String> texts) {
        return answerLater(job(texts));
    }

    private Job<ClassificationResult> job(String text) {
        return Job.first(job(List.of(Arguments.requireText(text, "text"))));
    }

    private Job<ClassificationResult> job(String text, String pair) {
        Arguments.requireText(text, "text");
        Arguments.requireText(pair, "pair");
        return Job.first(Job.of(
                "pair",
                List.of(text, pair),
                call -> call.run(List.of(pair), engine.pairs(text, truncation), this::result)));
    }

    private Job<List<ClassificationResult>> job(List<String> texts) {
        List<String> checked = Arguments.requireTexts(texts, "text");
        return Job.of(
                "texts",
                checked,
                call -> call.run(
                        checked, engine.singles(truncation, Offsets.WITHOUT), this::result));
    }

    private ClassificationResult result(int index, FittedInput input, List<Output> outputs) {
        return new ClassificationResult(
                scores(outputs.get(0).row(0)), input.tokens(), input.truncated());
    }

    @Override
    protected DebertaClassifier copy(Engine engine, Duration timeout) {
        return new DebertaClassifier(engine, truncation, timeout);
    }

    private List<LabelScore> scores(float[] logits) {
        float[] scores = activation.scores(logits);
        List<LabelScore> labels = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            labels.add(new LabelScore(labels().get(i), scores[i], logits[i]));
        }
        labels.sort(BEST_FIRST);
        return labels;
    }

    /** Settings of a classifier; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaClassifier, Builder> {

        private Truncation truncation = Truncation.TRUNCATE;

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    SequenceHead.load(config, config.labels().size(), weights, backend));
        }

        /** {@link Truncation#ERROR}, or {@link Truncation#TRUNCATE}, the default. */
        public Builder truncation(Truncation truncation) {
            this.truncation = truncation.requireWhole();
            return this;
        }

        @Override
        protected DebertaClassifier build(Engine engine) {
            return new DebertaClassifier(engine, truncation, engine.timeout());
        }
    }
}
