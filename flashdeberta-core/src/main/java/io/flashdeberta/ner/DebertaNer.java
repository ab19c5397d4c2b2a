package io.flashdeberta.ner;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.Call;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.FittedInput;
import io.flashdeberta.engine.FittedInput.Piece;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Probabilities;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.model.TokenHead;
import io.flashdeberta.tokenizer.Offsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds entities in texts with a token classification checkpoint, as transformers' {@code token-classification} pipeline
 * does. Thread-safe; close it to free the model.
 */
public final class DebertaNer extends DebertaTask<DebertaNer> {

    private final List<Tag> tags;
    private final Set<String> labels;
    private final NerOptions options;

    private DebertaNer(Engine engine, NerOptions options, @Nullable Duration timeout) {
        super(engine, timeout);
        this.options = options;
        tags = engine.config().labels().stream().map(Tag::new).toList();
        Set<String> labels = new LinkedHashSet<>();
        tags.stream().filter(tag -> !tag.outside()).map(Tag::entityLabel).forEach(labels::add);
        this.labels = Collections.unmodifiableSet(labels);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The labels that entities can have, without "B-" and "I-", in the checkpoint's order. */
    public Set<String> labels() {
        return labels;
    }

    /** The options of calls that name none. */
    public NerOptions options() {
        return options;
    }

    /** {@link #extract(String, NerOptions)} with {@link #options()}. */
    public NerResult extract(String text) {
        return extract(text, options);
    }

    /** {@link #extract(List, NerOptions)} of one text. */
    public NerResult extract(String text, NerOptions options) {
        return answer(job(text, options));
    }

    /** {@link #extract(List, NerOptions)} with {@link #options()}. */
    public List<NerResult> extract(List<String> texts) {
        return extract(texts, options);
    }

    /**
     * Finds the entities of texts; an empty text has none.
     *
     * @return a result for each text, in the same order
     * @throws IllegalArgumentException if the list or a text is null, or {@code options} have a label that the model does not
     * @throws io.flashdeberta.engine.InputTooLongException if a text is too long and {@code options} want an error
     * @throws IllegalStateException if the model is closed
     */
    public List<NerResult> extract(List<String> texts, NerOptions options) {
        return answer(job(texts, options));
    }

    /** {@link #extractAsync(String, NerOptions)} with {@link #options()}. */
    public CompletableFuture<NerResult> extractAsync(String text) {
        return extractAsync(text, options);
    }

    /** {@link #extract(String, NerOptions)} as a future. */
    public CompletableFuture<NerResult> extractAsync(String text, NerOptions options) {
        return answerLater(job(text, options));
    }

    /** {@link #extractAsync(List, NerOptions)} with {@link #options()}. */
    public CompletableFuture<List<NerResult>> extractAsync(List<String> texts) {
        return extractAsync(texts, options);
    }

    /** {@link #extract(List, NerOptions)} as a future. */
    public CompletableFuture<List<NerResult>> extractAsync(List<String> texts, NerOptions options) {
        return answerLater(job(texts, options));
    }

    NerResult extractInWindows(String text, int overlap, NerOptions options) {
        return answer(job(
                        List.of(text),
                        (texts, first) -> List.of(engine.fitter()
                                .windows(
                                        engine.tokenize(texts.get(0), Truncation.WINDOW), overlap)),
                        options))
                .get(0);
    }

    private Job<NerResult> job(String text, NerOptions options) {
        return Job.first(job(List.of(Arguments.requireText(text, "text")), options));
    }

    private Job<List<NerResult>> job(List<String> texts, NerOptions options) {
        requireKnown(options.labels());
        return job(
                Arguments.requireTexts(texts, "text"),
                engine.singles(options.truncation(), Offsets.WITH),
                options);
    }

    private Job<List<NerResult>> job(List<String> texts, Call.Fitting fitting, NerOptions options) {
        return Job.of(
                options,
                texts,
                call -> call.run(
                        texts,
                        fitting,
                        (index, input, outputs) -> new NerResult(
                                entities(input, outputs, options),
                                input.tokens(),
                                input.truncated())));
    }

    @Override
    protected DebertaNer copy(Engine engine, Duration timeout) {
        return new DebertaNer(engine, options, timeout);
    }

    private List<Entity> entities(FittedInput input, List<Output> outputs, NerOptions options) {
        List<LabeledSpan> spans = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            LabeledTokens window = label(input.pieces().get(i), outputs.get(i));
            spans.addAll(Aggregator.spans(window, options.aggregation(), options.labels()));
        }
        String text = input.pieces().get(0).text().text();
        List<LabeledSpan> merged = outputs.size() > 1 ? OverlapMerger.merge(spans) : spans;
        return merged.stream()
                .flatMap(span -> span.entity(text).stream())
                .filter(entity -> entity.score() >= (float) options.threshold())
                .toList();
    }

    private LabeledTokens label(Piece piece, Output output) {
        List<float[]> probabilities = new ArrayList<>();
        for (int i = 0; i < piece.text().size(); i++) {
            probabilities.add(Probabilities.softmax(output.row(piece.textPosition() + i)));
        }
        return new LabeledTokens(
                piece.text(),
                probabilities,
                tags,
                engine.fitter().specialTokens().unk());
    }

    private void requireKnown(Set<String> wanted) {
        for (String label : wanted) {
            if (!labels.contains(label)) {
                throw new IllegalArgumentException(
                        "Unknown label \"" + label + "\"; the model has " + labels + ".");
            }
        }
    }

    /** Settings of a NER model; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaNer, Builder> {

        private NerOptions options = NerOptions.defaults();

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    TokenHead.loadClassifier(config, weights, backend));
        }

        /** The options of calls that name none; {@link NerOptions#defaults()} by default. */
        public Builder options(NerOptions options) {
            this.options = options;
            return this;
        }

        @Override
        protected DebertaNer build(Engine engine) {
            return new DebertaNer(engine, options, engine.timeout());
        }
    }
}
