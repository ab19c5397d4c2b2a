package io.flashdeberta.qa;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.FittedInput;
import io.flashdeberta.engine.InputFitter;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.model.TokenHead;
import io.flashdeberta.tokenizer.TokenizedText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions with parts of a context, with an extractive question answering checkpoint such as
 * {@code deepset/deberta-v3-large-squad2}. Scores are those of transformers' {@code question-answering} pipeline without
 * alignment to words; a part that several windows have keeps its best score. Thread-safe; close it to free the model.
 */
public final class DebertaQuestionAnswerer extends DebertaTask<DebertaQuestionAnswerer> {

    private static final Comparator<Answer> BEST_FIRST =
            Comparator.comparingDouble(Answer::score).reversed();

    private DebertaQuestionAnswerer(Engine engine, @Nullable Duration timeout) {
        super(engine, timeout);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** {@link #answer(String, String, QaOptions)} with {@link QaOptions#defaults()}. */
    public QaResult answer(String question, String context) {
        return answer(question, context, QaOptions.defaults());
    }

    /**
     * Answers a question. Both texts may be empty; an empty context has no answers but "no answer".
     *
     * @throws IllegalArgumentException if a text is null
     * @throws io.flashdeberta.engine.InputTooLongException if the context is too long and {@code options} want an error, or if
     *     the question leaves no room for the context
     * @throws IllegalStateException if the model is closed
     */
    public QaResult answer(String question, String context, QaOptions options) {
        return answer(job(question, context, options));
    }

    /** {@link #answerAsync(String, String, QaOptions)} with {@link QaOptions#defaults()}. */
    public CompletableFuture<QaResult> answerAsync(String question, String context) {
        return answerAsync(question, context, QaOptions.defaults());
    }

    /** {@link #answer(String, String, QaOptions)} as a future. */
    public CompletableFuture<QaResult> answerAsync(
            String question, String context, QaOptions options) {
        return answerLater(job(question, context, options));
    }

    private Job<QaResult> job(String question, String context, QaOptions options) {
        Arguments.requireText(question, "question");
        Arguments.requireText(context, "context");
        return Job.first(Job.of(
                options,
                List.of(question, context),
                call -> call.run(
                        List.of(context),
                        (texts, places) -> List.of(fit(
                                engine.tokenize(question, options.truncation()),
                                engine.tokenize(context, options.truncation()),
                                options)),
                        (index, input, outputs) -> new QaResult(
                                answers(input, outputs, options),
                                input.tokens(),
                                input.truncated()))));
    }

    @Override
    protected DebertaQuestionAnswerer copy(Engine engine, Duration timeout) {
        return new DebertaQuestionAnswerer(engine, timeout);
    }

    private FittedInput fit(TokenizedText question, TokenizedText context, QaOptions options) {
        String what = "The question with the context";
        InputFitter fitter = engine.fitter();
        return switch (options.truncation()) {
            case ERROR -> fitter.pair(what, question, context, Truncation.ERROR);
            case WINDOW -> fitter.windows(what, question, context, options.stride());
            case TRUNCATE ->
                fitter.windows(what, question, context, options.stride()).first();
        };
    }

    private static List<Answer> answers(
            FittedInput input, List<Output> outputs, QaOptions options) {
        Map<Long, Answer> best = new LinkedHashMap<>();
        float noAnswer = 1;
        for (int i = 0; i < outputs.size(); i++) {
            AnswerWindow window = AnswerWindow.of(input.pieces().get(i), outputs.get(i));
            noAnswer = Math.min(noAnswer, window.noAnswer());
            for (Answer answer : window.best(options.topK(), options.maxAnswerTokens())) {
                long span = (long) answer.start() << Integer.SIZE | answer.end();
                best.merge(span, answer, (a, b) -> a.score() >= b.score() ? a : b);
            }
        }
        List<Answer> answers = new ArrayList<>(best.values());
        if (options.handleImpossible()) {
            answers.add(new Answer("", 0, 0, noAnswer));
        }
        return answers.stream().sorted(BEST_FIRST).limit(options.topK()).toList();
    }

    /** Settings of a question answerer; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaQuestionAnswerer, Builder> {

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    TokenHead.loadQuestionAnswering(config, weights, backend));
        }

        @Override
        protected DebertaQuestionAnswerer build(Engine engine) {
            return new DebertaQuestionAnswerer(engine, engine.timeout());
        }
    }
}
