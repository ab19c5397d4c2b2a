package io.flashdeberta.rerank;

import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.FittedInput;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Probabilities;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.SequenceHead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Ranks documents by their relevance to a query with a cross-encoder such as {@code mixedbread-ai/mxbai-rerank-base-v1}: a
 * sequence classification checkpoint with one label. Scores are those of sentence-transformers' {@code CrossEncoder}.
 * Thread-safe; close it to free the model.
 */
public final class DebertaReranker extends DebertaTask<DebertaReranker> {

    private static final Comparator<RerankResult> BEST_FIRST = Comparator.comparingDouble(
                    RerankResult::logit)
            .reversed()
            .thenComparingInt(RerankResult::index);

    private final ScoreActivation activation;
    private final RerankOptions options;

    private DebertaReranker(
            Engine engine,
            ScoreActivation activation,
            RerankOptions options,
            @Nullable Duration timeout) {
        super(engine, timeout);
        this.options = options;
        this.activation = activation == ScoreActivation.CHECKPOINT
                ? CheckpointActivation.read(engine.json())
                : activation;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The options of calls that name none. */
    public RerankOptions options() {
        return options;
    }

    /** {@link #rerank(String, List, RerankOptions)} with {@link #options()}. */
    public List<RerankResult> rerank(String query, List<String> documents) {
        return rerank(query, documents, options);
    }

    /**
     * Ranks documents. Query and documents may be empty texts, and the list may be empty.
     *
     * @return the best first; of equal ones the one that was passed in first
     * @throws IllegalArgumentException if the query, the list or a document is null
     * @throws io.flashdeberta.engine.InputTooLongException if a pair is too long and {@code options} want an error, or if the
     *     query leaves no room for windows of the document
     * @throws IllegalStateException if the reranker is closed
     */
    public List<RerankResult> rerank(String query, List<String> documents, RerankOptions options) {
        return answer(job(query, documents, options));
    }

    /** {@link #rerankAsync(String, List, RerankOptions)} with {@link #options()}. */
    public CompletableFuture<List<RerankResult>> rerankAsync(String query, List<String> documents) {
        return rerankAsync(query, documents, options);
    }

    /** {@link #rerank(String, List, RerankOptions)} as a future. */
    public CompletableFuture<List<RerankResult>> rerankAsync(
            String query, List<String> documents, RerankOptions options) {
        return answerLater(job(query, documents, options));
    }

    private Job<List<RerankResult>> job(
            String query, List<String> documents, RerankOptions options) {
        Arguments.requireText(query, "query");
        List<String> checked = Arguments.requireTexts(documents, "document");
        List<String> texts = new ArrayList<>(checked);
        texts.add(query);
        return Job.of(
                options,
                texts,
                call -> call.run(checked, engine.pairs(query, options.truncation()), this::result)
                        .thenApply(results -> ranked(results, options)));
    }

    private static List<RerankResult> ranked(List<RerankResult> results, RerankOptions options) {
        Double minScore = options.minScore();
        Integer topN = options.topN();
        return results.stream()
                .filter(result -> minScore == null || result.score() >= minScore.floatValue())
                .sorted(BEST_FIRST)
                .limit(topN == null ? Long.MAX_VALUE : topN)
                .toList();
    }

    @Override
    protected DebertaReranker copy(Engine engine, Duration timeout) {
        return new DebertaReranker(engine, activation, options, timeout);
    }

    private RerankResult result(int index, FittedInput input, List<Output> windows) {
        float logit = Float.NEGATIVE_INFINITY;
        for (Output window : windows) {
            logit = Math.max(logit, window.get(0, 0));
        }
        float score = activation == ScoreActivation.SIGMOID ? Probabilities.sigmoid(logit) : logit;
        return new RerankResult(index, score, logit, input.tokens(), input.truncated());
    }

    /** Settings of a reranker; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaReranker, Builder> {

        private ScoreActivation activation = ScoreActivation.CHECKPOINT;
        private RerankOptions options = RerankOptions.defaults();

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    SequenceHead.load(config, requireOneLabel(config), weights, backend));
        }

        /** How scores come from logits; by default as the checkpoint says. */
        public Builder scoreActivation(ScoreActivation activation) {
            this.activation = activation;
            return this;
        }

        /** The options of calls that name none; {@link RerankOptions#defaults()} by default. */
        public Builder options(RerankOptions options) {
            this.options = options;
            return this;
        }

        @Override
        protected DebertaReranker build(Engine engine) {
            return new DebertaReranker(engine, activation, options, engine.timeout());
        }

        private static int requireOneLabel(DebertaConfig config) {
            if (config.labels().size() != 1) {
                throw new CheckpointException(
                        "config.json has the labels " + config.labels()
                                + "; a reranker has one. Use DebertaClassifier, or choose a cross-encoder for ranking.");
            }
            return 1;
        }
    }
}
