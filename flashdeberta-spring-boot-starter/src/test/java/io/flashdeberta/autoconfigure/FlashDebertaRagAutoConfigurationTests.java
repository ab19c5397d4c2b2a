package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.TestModels;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.springai.RerankingDocumentPostProcessor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class FlashDebertaRagAutoConfigurationTests {

    private static final String MODEL = "flashdeberta.reranker.model=" + TestModels.RERANKER;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FlashDebertaAutoConfiguration.class, FlashDebertaRagAutoConfiguration.class))
            .withPropertyValues("flashdeberta.device=cpu");

    @Test
    void aRerankerBringsThePostProcessor() {
        runner.withPropertyValues(MODEL)
                .run(context -> assertThat(context)
                        .hasSingleBean(DocumentPostProcessor.class)
                        .hasSingleBean(RerankingDocumentPostProcessor.class));
    }

    @Test
    void withoutRerankerThereIsNone() {
        runner.run(context -> assertThat(context).doesNotHaveBean(DocumentPostProcessor.class));
    }

    @Test
    void withoutSpringAiRagThereIsNone() {
        runner.withPropertyValues(MODEL)
                .withClassLoader(new FilteredClassLoader("org.springframework.ai.rag"))
                .run(context -> assertThat(context)
                        .hasSingleBean(DebertaReranker.class)
                        .doesNotHaveBean("rerankingDocumentPostProcessor"));
    }

    @Test
    void itIsThereForAUsersOwnReranker() {
        runner.withBean(
                        DebertaReranker.class,
                        () -> DebertaReranker.builder()
                                .model(TestModels.RERANKER)
                                .build())
                .run(context ->
                        assertThat(context).hasSingleBean(RerankingDocumentPostProcessor.class));
    }

    @Test
    void aUsersOwnPostProcessorComesFirst() {
        runner.withPropertyValues(MODEL)
                .withBean(
                        "mine",
                        RerankingDocumentPostProcessor.class,
                        () -> new RerankingDocumentPostProcessor(
                                DebertaReranker.builder()
                                        .model(TestModels.RERANKER)
                                        .build(),
                                0))
                .run(context -> assertThat(context)
                        .getBeanNames(RerankingDocumentPostProcessor.class)
                        .containsExactly("mine"));
    }

    @Test
    void keepAtLeastReachesThePostProcessor() {
        List<Document> documents = Stream.of("a", "b", "c").map(Document::new).toList();
        runner.withPropertyValues(
                        MODEL,
                        "flashdeberta.reranker.min-score=2",
                        "flashdeberta.reranker.keep-at-least=2")
                .run(context -> assertThat(context.getBean(DocumentPostProcessor.class)
                                .process(new Query("query"), documents))
                        .hasSize(2));
    }
}
