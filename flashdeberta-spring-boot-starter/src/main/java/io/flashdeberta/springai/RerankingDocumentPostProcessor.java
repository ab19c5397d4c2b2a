package io.flashdeberta.springai;

import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import io.flashdeberta.rerank.RerankResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;

/**
 * Puts retrieved documents in the order a {@link DebertaReranker} gives them, best first, and drops the rest.
 *
 * <p>Each document returned is a copy that carries the reranker's score as {@link Document#getScore()} and as metadata
 * {@value #RERANK_SCORE}; the retriever's score moves to metadata {@value #RETRIEVAL_SCORE}. Documents without text, such as
 * images, cannot be judged: they are never dropped and follow the ranked ones, unchanged and in their order.
 *
 * <p>One request can override the settings through {@link Query#context()}, with the keys {@value #TOP_N},
 * {@value #MIN_SCORE} and {@value #KEEP_AT_LEAST}. With {@code RetrievalAugmentationAdvisor} these are advisor parameters:
 * {@code chatClient.prompt().advisors(a -> a.param(RerankingDocumentPostProcessor.TOP_N, 3))}.
 */
public final class RerankingDocumentPostProcessor implements DocumentPostProcessor {

    /** Context key: how many ranked documents to keep, at least 1. */
    public static final String TOP_N = "rerank_top_n";

    /** Context key: the lowest score to keep. */
    public static final String MIN_SCORE = "rerank_min_score";

    /** Context key: how many of the best documents to keep even when they score less than the lowest score. */
    public static final String KEEP_AT_LEAST = "rerank_keep_at_least";

    /** Metadata key of the reranker's score. */
    public static final String RERANK_SCORE = "rerank_score";

    /** Metadata key of the score the retriever gave. */
    public static final String RETRIEVAL_SCORE = "retrieval_score";

    private final DebertaReranker reranker;
    private final int keepAtLeast;

    /**
     * Reranks with the reranker's own options.
     *
     * @param keepAtLeast how many of the best documents to keep whatever they score, ≥ 0
     */
    public RerankingDocumentPostProcessor(DebertaReranker reranker, int keepAtLeast) {
        if (keepAtLeast < 0) {
            throw new IllegalArgumentException(
                    "keepAtLeast is " + keepAtLeast + "; expected 0 or more.");
        }
        this.reranker = reranker;
        this.keepAtLeast = keepAtLeast;
    }

    @Override
    public List<Document> process(Query query, List<Document> documents) {
        List<Document> texts = documents.stream().filter(Document::isText).toList();
        List<Document> processed = new ArrayList<>();
        for (RerankResult result : rank(query, texts)) {
            processed.add(scored(texts.get(result.index()), result.score()));
        }
        documents.stream().filter(document -> !document.isText()).forEach(processed::add);
        return processed;
    }

    private List<RerankResult> rank(Query query, List<Document> documents) {
        Number topN = number(query, TOP_N);
        Number minScore = number(query, MIN_SCORE);
        Number keep = number(query, KEEP_AT_LEAST);
        RerankOptions options = reranker.options();
        double lowest = minScore != null
                ? minScore.doubleValue()
                : Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
        int kept = keep != null ? keep.intValue() : keepAtLeast;

        List<RerankResult> ranking = reranker.rerank(
                query.text(),
                documents.stream().map(Document::getText).toList(),
                options.withMinScore(null)
                        .withTopN(
                                topN != null ? Integer.valueOf(topN.intValue()) : options.topN()));
        return IntStream.range(0, ranking.size())
                .filter(rank -> rank < kept || ranking.get(rank).score() >= (float) lowest)
                .mapToObj(ranking::get)
                .toList();
    }

    private static @Nullable Number number(Query query, String key) {
        Object value = query.context().get(key);
        if (value != null && !(value instanceof Number)) {
            throw new IllegalArgumentException("The query's context has " + key + " = " + value
                    + " (" + value.getClass().getName() + "); expected a number.");
        }
        return (Number) value;
    }

    private static Document scored(Document document, double score) {
        Map<String, Object> metadata = new HashMap<>(document.getMetadata()); // mutate() shares it
        if (document.getScore() != null) {
            metadata.putIfAbsent(RETRIEVAL_SCORE, document.getScore());
        }
        metadata.put(RERANK_SCORE, score);
        Document scored = document.mutate().metadata(metadata).score(score).build();
        scored.setContentFormatter(document.getContentFormatter()); // mutate() drops it
        return scored;
    }
}
