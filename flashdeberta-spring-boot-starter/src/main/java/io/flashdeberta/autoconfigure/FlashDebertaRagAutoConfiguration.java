package io.flashdeberta.autoconfigure;

import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.springai.RerankingDocumentPostProcessor;

import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Reranking in Spring AI's retrieval-augmented generation, when it is on the class path and there is a reranker. */
@AutoConfiguration(after = FlashDebertaAutoConfiguration.class)
@ConditionalOnClass(DocumentPostProcessor.class)
@ConditionalOnSingleCandidate(DebertaReranker.class)
@EnableConfigurationProperties(FlashDebertaProperties.class)
public final class FlashDebertaRagAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RerankingDocumentPostProcessor rerankingDocumentPostProcessor(
            DebertaReranker reranker, FlashDebertaProperties properties) {
        return new RerankingDocumentPostProcessor(
                reranker, properties.reranker().keepAtLeast());
    }
}
