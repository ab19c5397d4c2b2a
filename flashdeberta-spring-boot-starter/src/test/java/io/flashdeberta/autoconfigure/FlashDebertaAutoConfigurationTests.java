package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.flashdeberta.TestModels;
import io.flashdeberta.classify.DebertaClassifier;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.ner.Aggregation;
import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.ner.NerOptions;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import io.flashdeberta.rerank.RerankResult;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class FlashDebertaAutoConfigurationTests {

    private static final String RERANKER = "flashdeberta.reranker.model=" + TestModels.RERANKER;
    private static final String NER = "flashdeberta.ner.model=" + TestModels.NER;
    private static final String CLASSIFIER =
            "flashdeberta.classifier.model=" + TestModels.CLASSIFIER;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FlashDebertaAutoConfiguration.class,
                    FlashDebertaCacheAutoConfiguration.class,
                    FlashDebertaHealthAutoConfiguration.class,
                    FlashDebertaRagAutoConfiguration.class))
            .withPropertyValues("flashdeberta.device=cpu");

    @Test
    void withoutModelsThereAreNoBeans() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(DebertaTask.class)
                .doesNotHaveBean(DocumentPostProcessor.class)
                .doesNotHaveBean(HealthContributor.class));
    }

    @Test
    void aNamedRerankerIsTheOnlyBean() {
        runner.withPropertyValues(RERANKER).run(context -> {
            assertThat(context)
                    .hasSingleBean(DebertaReranker.class)
                    .hasSingleBean(DebertaTask.class);
            assertThat(context.getBean(DebertaReranker.class)
                            .rerank("query", List.of("a", "b", "c")))
                    .hasSize(3);
        });
    }

    @Test
    void aNamedNerIsTheOnlyBean() {
        runner.withPropertyValues(NER).run(context -> {
            assertThat(context).hasSingleBean(DebertaNer.class).hasSingleBean(DebertaTask.class);
            assertThat(context.getBean(DebertaNer.class).labels())
                    .containsExactly("PER", "LOC", "ORG");
        });
    }

    @Test
    void aNamedClassifierIsTheOnlyBean() {
        runner.withPropertyValues(CLASSIFIER).run(context -> {
            assertThat(context)
                    .hasSingleBean(DebertaClassifier.class)
                    .hasSingleBean(DebertaTask.class);
            assertThat(context.getBean(DebertaClassifier.class).labels()).contains("entailment");
        });
    }

    @Test
    void settingsReachTheReranker() {
        runner.withPropertyValues(
                        RERANKER,
                        "flashdeberta.attention=eager",
                        "flashdeberta.threads=1",
                        "flashdeberta.batch-tokens=64",
                        "flashdeberta.reranker.top-n=2",
                        "flashdeberta.reranker.min-score=-1000",
                        "flashdeberta.reranker.truncation=window",
                        "flashdeberta.reranker.max-tokens=48",
                        "flashdeberta.reranker.activation=none")
                .run(context -> {
                    DebertaReranker reranker = context.getBean(DebertaReranker.class);
                    assertThat(reranker.options())
                            .isEqualTo(new RerankOptions(2, -1000.0, Truncation.WINDOW));
                    assertThat(reranker.status().maxTokens()).isEqualTo(48);
                    assertThat(reranker.rerank("query", List.of("a", "b", "c")))
                            .hasSize(2)
                            .allSatisfy(
                                    result -> assertThat(result.score()).isEqualTo(result.logit()));
                });
    }

    @Test
    void settingsReachTheNer() {
        runner.withPropertyValues(
                        NER,
                        "flashdeberta.ner.labels=PER,ORG",
                        "flashdeberta.ner.threshold=0.25",
                        "flashdeberta.ner.aggregation=max",
                        "flashdeberta.ner.truncation=error",
                        "flashdeberta.ner.max-tokens=48")
                .run(context -> {
                    DebertaNer ner = context.getBean(DebertaNer.class);
                    assertThat(ner.options())
                            .isEqualTo(new NerOptions(
                                    Aggregation.MAX, Set.of("PER", "ORG"), 0.25, Truncation.ERROR));
                    assertThat(ner.status().maxTokens()).isEqualTo(48);
                });
    }

    @Test
    void settingsReachTheClassifier() {
        runner.withPropertyValues(CLASSIFIER, "flashdeberta.classifier.max-tokens=48")
                .run(context -> assertThat(context.getBean(DebertaClassifier.class)
                                .status()
                                .maxTokens())
                        .isEqualTo(48));
    }

    @Test
    void aUsersOwnBeansComeFirst() {
        runner.withPropertyValues(RERANKER, NER, CLASSIFIER)
                .withUserConfiguration(OwnTasks.class)
                .run(context -> assertThat(context.getBeansOfType(DebertaTask.class))
                        .containsOnlyKeys("myReranker", "myNer", "myClassifier"));
    }

    @Test
    void modelsAreClosedWithTheContext() {
        runner.withPropertyValues(RERANKER, NER, CLASSIFIER).run(context -> {
            var tasks = context.getBeansOfType(DebertaTask.class).values();
            DebertaReranker reranker = context.getBean(DebertaReranker.class);
            assertThat(tasks).hasSize(3).allMatch(task -> task.status().open());
            context.close();
            assertThat(tasks).noneMatch(task -> task.status().open());
            assertThatIllegalStateException()
                    .isThrownBy(() -> reranker.rerank("query", List.of("a")));
        });
    }

    @Test
    void nothingOptionalIsNeeded() {
        var classLoader = new FilteredClassLoader(
                Document.class.getPackageName(),
                "org.springframework.ai",
                HealthContributor.class.getPackageName(),
                "org.springframework.boot.health",
                Caffeine.class.getPackageName(),
                MeterRegistry.class.getPackageName());
        runner.withClassLoader(classLoader).withPropertyValues(RERANKER, NER).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean("rerankingDocumentPostProcessor");
            List<RerankResult> ranking =
                    context.getBean(DebertaReranker.class).rerank("query", List.of("a", "b"));
            assertThat(ranking).hasSize(2);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTasks {

        @Bean
        DebertaReranker myReranker() {
            return DebertaReranker.builder().model(TestModels.RERANKER).build();
        }

        @Bean
        DebertaNer myNer() {
            return DebertaNer.builder().model(TestModels.NER).build();
        }

        @Bean
        DebertaClassifier myClassifier() {
            return DebertaClassifier.builder().model(TestModels.CLASSIFIER).build();
        }
    }
}
