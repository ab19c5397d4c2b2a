package io.flashdeberta.choice;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Probabilities;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.model.SequenceHead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells which of several texts goes best with a prompt, with a multiple choice checkpoint. A pair of prompt and choice that is
 * too long is cut at the longer one's end, and the result says so, or is refused. Thread-safe; close it to free the model.
 */
public final class DebertaMultipleChoice extends DebertaTask<DebertaMultipleChoice> {

    private static final Comparator<Choice> BEST_FIRST =
            Comparator.comparingDouble(Choice::logit).reversed().thenComparingInt(Choice::index);

    private final Truncation truncation;

    private DebertaMultipleChoice(
            Engine engine, Truncation truncation, @Nullable Duration timeout) {
        super(engine, timeout);
        this.truncation = truncation;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Scores choices against each other; prompt and choices may be empty texts.
     *
     * @param choices at least one
     * @throws IllegalArgumentException if there is no choice, or the prompt or a choice is null
     * @throws IllegalStateException if the model is closed
     */
    public ChoiceResult choose(String prompt, List<String> choices) {
        return answer(job(prompt, choices));
    }

    /** {@link #choose} as a future. */
    public CompletableFuture<ChoiceResult> chooseAsync(String prompt, List<String> choices) {
        return answerLater(job(prompt, choices));
    }

    private Job<ChoiceResult> job(String prompt, List<String> choices) {
        List<String> texts = Arguments.requireTexts(choices, "choice");
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("There are no choices; expected at least one.");
        }
        Arguments.requireText(prompt, "prompt");
        List<String> key = new ArrayList<>(texts);
        key.add(prompt);
        return Job.of(
                "choices",
                key,
                call -> call.run(
                                texts,
                                engine.pairs(prompt, truncation),
                                (index, input, outputs) -> new Judged(
                                        outputs.get(0).get(0, 0),
                                        input.tokens(),
                                        input.truncated()))
                        .thenApply(judged -> result(texts, judged)));
    }

    private record Judged(float logit, int tokens, boolean truncated) {}

    private static ChoiceResult result(List<String> texts, List<Judged> judged) {
        return new ChoiceResult(
                score(texts, judged),
                judged.stream().mapToInt(Judged::tokens).sum(),
                judged.stream().anyMatch(Judged::truncated));
    }

    @Override
    protected DebertaMultipleChoice copy(Engine engine, Duration timeout) {
        return new DebertaMultipleChoice(engine, truncation, timeout);
    }

    private static List<Choice> score(List<String> texts, List<Judged> judged) {
        float[] logits = new float[texts.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = judged.get(i).logit();
        }
        float[] scores = Probabilities.softmax(logits);
        List<Choice> scored = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            scored.add(new Choice(i, texts.get(i), scores[i], logits[i]));
        }
        scored.sort(BEST_FIRST);
        return scored;
    }

    /** Settings of a multiple choice model; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaMultipleChoice, Builder> {

        private Truncation truncation = Truncation.TRUNCATE;

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    SequenceHead.load(config, 1, weights, backend));
        }

        /** {@link Truncation#ERROR}, or {@link Truncation#TRUNCATE}, the default. */
        public Builder truncation(Truncation truncation) {
            this.truncation = truncation.requireWhole();
            return this;
        }

        @Override
        protected DebertaMultipleChoice build(Engine engine) {
            return new DebertaMultipleChoice(engine, truncation, engine.timeout());
        }
    }
}
