package io.flashdeberta.mlm;

import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.Call;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.FittedInput;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Probabilities;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.model.MaskedLanguageHead;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import io.flashdeberta.tokenizer.Offsets;
import io.flashdeberta.tokenizer.SpecialTokens;
import io.flashdeberta.tokenizer.TokenizedText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the tokens at the masks of a text with a masked language model, as transformers' {@code fill-mask} pipeline does. A
 * mask is written in the text as the tokenizer writes it, {@code [MASK]}. Thread-safe; close it to free the model.
 */
public final class DebertaFillMask extends DebertaTask<DebertaFillMask> {

    private static final int TOP_K = 5;

    private final int maskId;

    private DebertaFillMask(Engine engine, @Nullable Duration timeout) {
        super(engine, timeout);
        maskId = requireMask(engine.fitter().specialTokens());
    }

    public static Builder builder() {
        return new Builder();
    }

    /** {@link #fill(String, int)} with the five most probable tokens. */
    public FillMaskResult fill(String text) {
        return fill(text, TOP_K);
    }

    /**
     * Predicts the tokens at a text's masks.
     *
     * @param topK predictions for each mask, at least 1
     * @throws IllegalArgumentException if the text is null or has no mask
     * @throws io.flashdeberta.engine.InputTooLongException if the text is too long
     * @throws IllegalStateException if the model is closed
     */
    public FillMaskResult fill(String text, int topK) {
        return answer(job(text, topK));
    }

    /** {@link #fillAsync(String, int)} with the five most probable tokens. */
    public CompletableFuture<FillMaskResult> fillAsync(String text) {
        return fillAsync(text, TOP_K);
    }

    /** {@link #fill(String, int)} as a future. */
    public CompletableFuture<FillMaskResult> fillAsync(String text, int topK) {
        return answerLater(job(text, topK));
    }

    private Job<FillMaskResult> job(String text, int topK) {
        Arguments.requireText(text, "text");
        Arguments.requireAtLeast(1, topK, "topK");
        Call.Fitting singles = engine.singles(Truncation.ERROR, Offsets.WITH);
        return Job.first(Job.of(
                topK,
                List.of(text),
                call -> call.run(
                        List.of(text),
                        (texts, places) -> requireMasks(singles.fit(texts, places)),
                        (index, input, outputs) -> predict(input, outputs.get(0), topK))));
    }

    private List<FittedInput> requireMasks(List<FittedInput> inputs) {
        for (FittedInput input : inputs) {
            if (masks(input.pieces().get(0).text()).length == 0) {
                String mask = engine.withTokenizer(tokenizer -> tokenizer.token(maskId));
                throw new IllegalArgumentException("The text has no mask; write " + mask
                        + " where a token is to be filled in.");
            }
        }
        return inputs;
    }

    private int[] masks(TokenizedText tokens) {
        return IntStream.range(0, tokens.size())
                .filter(i -> tokens.id(i) == maskId)
                .toArray();
    }

    @Override
    protected DebertaFillMask copy(Engine engine, Duration timeout) {
        return new DebertaFillMask(engine, timeout);
    }

    private FillMaskResult predict(FittedInput input, Output output, int topK) {
        TokenizedText tokens = input.pieces().get(0).text();
        int[] masks = masks(tokens);
        List<MaskResult> results = new ArrayList<>();
        for (int i = 0; i < masks.length; i++) {
            List<TokenPrediction> predictions = predictions(output.row(i), topK);
            results.add(new MaskResult(tokens.start(masks[i]), tokens.end(masks[i]), predictions));
        }
        List<String> sequences = masks.length == 1
                ? sequences(tokens, masks[0], results.get(0).predictions())
                : List.of();
        return new FillMaskResult(results, sequences, input.tokens());
    }

    /** The best tokens among those that the tokenizer knows; the model's vocabulary can be padded beyond them. */
    private List<TokenPrediction> predictions(float[] logits, int topK) {
        float[] scores = Probabilities.softmax(logits);
        return engine.withTokenizer(
                tokenizer -> TopTokens.of(logits, tokenizer.vocabularySize(), topK).stream()
                        .map(id -> prediction(id, scores[id], logits[id], tokenizer))
                        .toList());
    }

    private static TokenPrediction prediction(
            int id, float score, float logit, DebertaTokenizer tokenizer) {
        return new TokenPrediction(
                id, tokenizer.token(id), tokenizer.decode(new int[] {id}), score, logit);
    }

    private List<String> sequences(
            TokenizedText tokens, int mask, List<TokenPrediction> predictions) {
        int[] ids = IntStream.range(0, tokens.size()).map(tokens::id).toArray();
        List<String> sequences = new ArrayList<>();
        for (TokenPrediction prediction : predictions) {
            ids[mask] = prediction.id();
            sequences.add(engine.withTokenizer(tokenizer -> tokenizer.decode(ids)));
        }
        return sequences;
    }

    private static int requireMask(SpecialTokens specialTokens) {
        return specialTokens
                .mask()
                .orElseThrow(
                        () -> new CheckpointException(
                                "The tokenizer has no mask token; expected a masked language model's, with [MASK]."));
    }

    /** Settings of a masked language model; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaFillMask, Builder> {

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    MaskedLanguageHead.load(config, requireMask(specialTokens), weights, backend));
        }

        @Override
        protected DebertaFillMask build(Engine engine) {
            return new DebertaFillMask(engine, engine.timeout());
        }
    }
}
