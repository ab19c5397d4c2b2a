package io.flashdeberta.autoconfigure;

import io.flashdeberta.autoconfigure.FlashDebertaProperties.ClassifierProperties;
import io.flashdeberta.autoconfigure.FlashDebertaProperties.NerProperties;
import io.flashdeberta.autoconfigure.FlashDebertaProperties.RerankerProperties;
import io.flashdeberta.classify.DebertaClassifier;
import io.flashdeberta.engine.EngineObserver;
import io.flashdeberta.engine.ResultCache;
import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.ner.NerOptions;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** A bean for each task whose model is named. */
@AutoConfiguration
@EnableConfigurationProperties(FlashDebertaProperties.class)
public final class FlashDebertaAutoConfiguration {

    private final FlashDebertaProperties properties;
    private final ModelOpener opener;

    FlashDebertaAutoConfiguration(
            FlashDebertaProperties properties,
            ObjectProvider<ResultCache> cache,
            ObjectProvider<Observers> observers) {
        this.properties = properties;
        opener = new ModelOpener(
                properties,
                cache.getIfUnique(() -> ResultCache.NONE),
                observers.getIfUnique(() -> bean -> EngineObserver.NONE));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("flashdeberta.reranker.model")
    DebertaReranker debertaReranker() {
        RerankerProperties reranker = properties.reranker();
        RerankOptions options =
                new RerankOptions(reranker.topN(), reranker.minScore(), reranker.truncation());
        return opener.open(
                "reranker",
                "debertaReranker",
                reranker.model(),
                reranker.maxTokens(),
                DebertaReranker.builder().scoreActivation(reranker.activation()).options(options));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("flashdeberta.ner.model")
    DebertaNer debertaNer() {
        NerProperties ner = properties.ner();
        NerOptions options = new NerOptions(
                ner.aggregation(), Set.copyOf(ner.labels()), ner.threshold(), ner.truncation());
        DebertaNer opened = opener.open(
                "ner",
                "debertaNer",
                ner.model(),
                ner.maxTokens(),
                DebertaNer.builder().options(options));
        try {
            requireKnownLabels(ner, opened.labels());
        } catch (InvalidSettingException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private static void requireKnownLabels(NerProperties ner, Set<String> known) {
        for (String label : ner.labels()) {
            Settings.require(
                    known.contains(label),
                    "ner.labels",
                    ner.labels(),
                    "the model " + ner.model() + " has no label '" + label + "'.",
                    "Write labels of the model, which are " + known
                            + ", or remove the property for all of them.");
        }
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("flashdeberta.classifier.model")
    DebertaClassifier debertaClassifier() {
        ClassifierProperties classifier = properties.classifier();
        return opener.open(
                "classifier",
                "debertaClassifier",
                classifier.model(),
                classifier.maxTokens(),
                DebertaClassifier.builder().truncation(classifier.truncation()));
    }
}
