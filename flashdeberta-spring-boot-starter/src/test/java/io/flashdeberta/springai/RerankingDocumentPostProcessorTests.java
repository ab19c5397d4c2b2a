package io.flashdeberta.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flashdeberta.TestModels;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankResult;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.DefaultContentFormatter;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.util.MimeTypeUtils;

class RerankingDocumentPostProcessorTests {

    private static final List<String> TEXTS = List.of(
            "Rye bread keeps for a week.",
            "Engineers from Zürich repaired the old bridge.",
            "The bank raised its rates.",
            "",
            "橋 🌉");

    private static DebertaReranker reranker;

    private final List<Document> documents = TEXTS.stream().map(Document::new).toList();

    @BeforeAll
    static void open() {
        reranker = DebertaReranker.builder()
                .model(TestModels.RERANKER)
                .device("cpu")
                .build();
    }

    @AfterAll
    static void close() {
        reranker.close();
    }

    @Test
    void ordersDocumentsAsTheRerankerDoes() {
        List<RerankResult> ranking = reranker.rerank("bridge", TEXTS);
        List<Document> processed = process(Map.of());
        assertThat(processed)
                .extracting(Document::getText)
                .containsExactlyElementsOf(ranking.stream()
                        .map(result -> TEXTS.get(result.index()))
                        .toList());
        assertThat(processed)
                .extracting(Document::getScore)
                .containsExactlyElementsOf(
                        ranking.stream().map(result -> (double) result.score()).toList());
    }

    @Test
    void aRequestCanAskForTheBest() {
        assertThat(process(Map.of(RerankingDocumentPostProcessor.TOP_N, 2)))
                .isEqualTo(process(Map.of()).subList(0, 2));
    }

    @Test
    void aRequestCanAskForAScore() {
        Double second = process(Map.of()).get(1).getScore();
        assertThat(second).isNotNull();
        assertThat(process(Map.of(RerankingDocumentPostProcessor.MIN_SCORE, second)))
                .hasSize(2);
        assertThat(process(Map.of(RerankingDocumentPostProcessor.MIN_SCORE, 2))).isEmpty();
    }

    @Test
    void theBestCanStayWhateverTheyScore() {
        assertThat(process(Map.of(
                        RerankingDocumentPostProcessor.MIN_SCORE,
                        2,
                        RerankingDocumentPostProcessor.KEEP_AT_LEAST,
                        3)))
                .isEqualTo(process(Map.of()).subList(0, 3));
    }

    @Test
    void aWrongRequestIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> process(Map.of(RerankingDocumentPostProcessor.TOP_N, "2")))
                .withMessageContaining("rerank_top_n = 2 (java.lang.String)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> process(Map.of(RerankingDocumentPostProcessor.TOP_N, 0)));
    }

    @Test
    void copiesCarryBothScores() {
        Map<String, Object> metadata = new HashMap<>(Map.of("source", "wiki"));
        Document document = Document.builder()
                .id("42")
                .text("The bridge")
                .metadata(metadata)
                .score(0.75)
                .build();
        document.setContentFormatter(DefaultContentFormatter.builder().build());

        Document processed = process(List.of(document), Map.of()).get(0);

        assertThat(processed.getId()).isEqualTo("42");
        assertThat(processed.getContentFormatter()).isSameAs(document.getContentFormatter());
        assertThat(processed.getMetadata())
                .containsOnlyKeys("source", "retrieval_score", "rerank_score")
                .containsEntry("retrieval_score", 0.75)
                .containsEntry("rerank_score", processed.getScore());
        assertThat(document.getMetadata()).containsOnlyKeys("source");
        assertThat(document.getScore()).isEqualTo(0.75);
    }

    @Test
    void documentsWithoutTextFollowUnchanged() {
        Document image = Document.builder()
                .media(new Media(
                        MimeTypeUtils.IMAGE_PNG, URI.create("https://example.org/bridge.png")))
                .build();
        assertThat(process(
                        List.of(image, documents.get(0), documents.get(1)),
                        Map.of(RerankingDocumentPostProcessor.TOP_N, 1)))
                .hasSize(2)
                .last()
                .isSameAs(image);
    }

    @Test
    void thereMayBeNoDocuments() {
        assertThat(process(List.of(), Map.of())).isEmpty();
    }

    private List<Document> process(Map<String, Object> context) {
        return process(documents, context);
    }

    private static List<Document> process(List<Document> documents, Map<String, Object> context) {
        Query query = Query.builder().text("bridge").context(context).build();
        return new RerankingDocumentPostProcessor(reranker, 0).process(query, documents);
    }
}
