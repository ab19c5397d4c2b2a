package io.flashdeberta.rerank;

import static io.flashdeberta.engine.Expected.CLOSE;
import static io.flashdeberta.engine.Expected.SAME;
import static io.flashdeberta.engine.Expected.cases;
import static io.flashdeberta.engine.Expected.checkpoint;
import static io.flashdeberta.engine.Expected.list;
import static io.flashdeberta.engine.Expected.number;
import static io.flashdeberta.engine.Expected.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.engine.InputTooLongException;
import io.flashdeberta.engine.Truncation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class DebertaRerankerTest {

    private static final String QUERY = "Who repaired the bridge?";
    private static final List<String> DOCUMENTS = List.of(
            "Engineers from Zürich repaired the old bridge during the night.",
            "Rye bread keeps for a week.",
            "",
            "The bridge 🌉 was repaired. ".repeat(12));

    private static DebertaReranker.Builder builder() {
        return DebertaReranker.builder()
                .model(checkpoint("reranker"))
                .device("cpu")
                .threads(2);
    }

    static Stream<JsonNode> rankings() {
        return cases("reranker", "rerank").stream();
    }

    @ParameterizedTest
    @MethodSource("rankings")
    void ranksLikeSentenceTransformers(JsonNode expected) {
        List<JsonNode> documents = list(expected.required("documents"));
        try (DebertaReranker reranker =
                builder().maxTokens(expected.required("maxLength").asInt()).build()) {
            List<RerankResult> results = reranker.rerank(
                    text(expected, "query"),
                    documents.stream()
                            .map(document -> text(document, "document"))
                            .toList());

            assertThat(results)
                    .extracting(RerankResult::index)
                    .containsExactlyElementsOf(list(expected.required("order")).stream()
                            .map(JsonNode::asInt)
                            .toList());
            for (RerankResult result : results) {
                JsonNode document = documents.get(result.index());
                assertThat(result.logit()).isCloseTo(number(document, "logit"), CLOSE);
                assertThat(result.score()).isCloseTo(number(document, "score"), CLOSE);
                assertThat(result.tokens()).isEqualTo(document.required("ids").size());
                assertThat(result.truncated())
                        .isEqualTo(document.required("truncated").asBoolean());
            }
        }
    }

    @Test
    void scoresDoNotDependOnTheBatch() {
        try (DebertaReranker together = builder().build();
                DebertaReranker apart = builder().batchTokens(1).build()) {
            List<RerankResult> expected = apart.rerank(QUERY, DOCUMENTS);
            List<RerankResult> results = together.rerank(QUERY, DOCUMENTS);
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).index()).isEqualTo(expected.get(i).index());
                assertThat(results.get(i).logit()).isCloseTo(expected.get(i).logit(), SAME);
            }
        }
    }

    @Test
    void returnsTheBestThatScoreEnough() {
        try (DebertaReranker reranker = builder().build()) {
            List<RerankResult> all = reranker.rerank(QUERY, DOCUMENTS);
            assertThat(all).hasSize(DOCUMENTS.size());
            assertThat(reranker.rerank(QUERY, DOCUMENTS, RerankOptions.topN(2)))
                    .isEqualTo(all.subList(0, 2));
            assertThat(reranker.rerank(QUERY, DOCUMENTS, RerankOptions.topN(99)))
                    .isEqualTo(all);
            double third = all.get(2).score();
            assertThat(reranker.rerank(
                            QUERY, DOCUMENTS, RerankOptions.defaults().withMinScore(third)))
                    .isEqualTo(all.subList(0, 3));
        }
    }

    @Test
    void equalDocumentsKeepTheirOrder() {
        try (DebertaReranker reranker = builder().build()) {
            assertThat(reranker.rerank(QUERY, List.of("bread", "bread", "bread")))
                    .extracting(RerankResult::index)
                    .containsExactly(0, 1, 2);
        }
    }

    @Test
    void logitsAreScoresWithoutActivation() {
        try (DebertaReranker reranker =
                builder().scoreActivation(ScoreActivation.NONE).build()) {
            assertThat(reranker.rerank(QUERY, DOCUMENTS))
                    .allSatisfy(result -> assertThat(result.score()).isEqualTo(result.logit()));
        }
    }

    @Test
    void aLongDocumentScoresAsItsBestWindow() {
        String needle = "Engineers from Zürich repaired the old bridge.";
        String haystack = "Rye bread keeps for a week. ".repeat(20);
        try (DebertaReranker reranker = builder().maxTokens(64).build()) {
            RerankOptions options = RerankOptions.defaults().withTruncation(Truncation.WINDOW);
            RerankResult windows =
                    reranker.rerank(QUERY, List.of(haystack + needle), options).get(0);
            RerankResult cut =
                    reranker.rerank(QUERY, List.of(haystack + needle)).get(0);
            assertThat(windows.truncated()).isFalse();
            assertThat(windows.tokens()).isGreaterThan(5 * 64);
            assertThat(windows.logit()).isGreaterThanOrEqualTo(cut.logit() - SAME.value);
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens()).isEqualTo(64);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (DebertaReranker reranker = builder().maxTokens(20).build()) {
            RerankOptions error = RerankOptions.defaults().withTruncation(Truncation.ERROR);
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> reranker.rerank(QUERY, List.of("", DOCUMENTS.get(0)), error))
                    .withMessageContaining("index 1")
                    .withMessageContaining("room for 20");
            RerankOptions window = RerankOptions.defaults().withTruncation(Truncation.WINDOW);
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> reranker.rerank(QUERY.repeat(5), DOCUMENTS, window))
                    .withMessageContaining("every window");
        }
    }

    @Test
    void acceptsNoDocuments() {
        try (DebertaReranker reranker = builder().build()) {
            assertThat(reranker.rerank(QUERY, List.of())).isEmpty();
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNull() {
        try (DebertaReranker reranker = builder().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reranker.rerank(QUERY, Arrays.asList("a", null)))
                    .withMessageContaining("document at index 1 is null");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reranker.rerank(null, DOCUMENTS))
                    .withMessageContaining("query is null");
            assertThatIllegalArgumentException().isThrownBy(() -> reranker.rerank(QUERY, null));
        }
    }

    @Test
    void refusesSenselessOptions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RerankOptions.topN(0))
                .withMessageContaining("topN is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RerankOptions.defaults().withMinScore(Double.NaN));
    }

    @Test
    void refusesAClassifier() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() ->
                        builder().model(checkpoint("sequence-classification")).build())
                .withMessageContaining("[contradiction, entailment, neutral]")
                .withMessageContaining("a reranker has one");
    }

    @Test
    void isOfNoUseOnceClosed() {
        DebertaReranker reranker = builder().build();
        reranker.close();
        reranker.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> reranker.rerank(QUERY, DOCUMENTS))
                .withMessageContaining("closed");
        assertThat(reranker.status().open()).isFalse();
    }
}
