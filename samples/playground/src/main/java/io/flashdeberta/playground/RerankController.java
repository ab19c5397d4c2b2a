package io.flashdeberta.playground;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import io.flashdeberta.rerank.RerankResult;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Ranks texts by their relevance to a query, with the requests and responses of text-embeddings-inference. */
@RestController
final class RerankController {

    private final DebertaReranker reranker;

    RerankController(DebertaReranker reranker) {
        this.reranker = reranker;
    }

    @PostMapping("/rerank")
    List<Rank> rerank(@RequestBody RerankRequest request) {
        String query = Limits.requireText("query", request.query());
        List<String> texts = Limits.requireTexts("texts", request.texts());
        RerankOptions options = reranker.options()
                .withTruncation(request.truncate() ? Truncation.TRUNCATE : Truncation.ERROR);
        return reranker.rerank(query, texts, options).stream()
                .map(result -> rank(result, texts, request))
                .toList();
    }

    private static Rank rank(RerankResult result, List<String> texts, RerankRequest request) {
        return new Rank(
                result.index(),
                request.rawScores() ? result.logit() : result.score(),
                request.returnText() ? texts.get(result.index()) : null);
    }

    /**
     * @param rawScores whether scores are the model's outputs instead of numbers from 0 to 1
     * @param returnText whether the ranks repeat the texts
     * @param truncate whether a text that is too long is cut instead of refused
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record RerankRequest(
            @Nullable String query,
            @Nullable List<@Nullable String> texts,
            boolean rawScores,
            boolean returnText,
            boolean truncate) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Rank(int index, float score, @Nullable String text) {}
}
