package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.flashdeberta.TestModels;
import io.flashdeberta.engine.ResultCache;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import io.flashdeberta.rerank.RerankResult;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class FlashDebertaCacheAutoConfigurationTests {

    private static final List<String> DOCUMENTS = List.of("a", "b", "c");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FlashDebertaAutoConfiguration.class, FlashDebertaCacheAutoConfiguration.class))
            .withPropertyValues(
                    "flashdeberta.device=cpu",
                    "flashdeberta.reranker.model=" + TestModels.RERANKER);

    @Test
    void thereIsNoCacheByDefault() {
        runner.run(context -> {
            assertThat(context).doesNotHaveBean(ResultCache.class);
            DebertaReranker reranker = context.getBean(DebertaReranker.class);
            assertThat(reranker.rerank("query", DOCUMENTS))
                    .isNotSameAs(reranker.rerank("query", DOCUMENTS));
        });
    }

    @Test
    void identicalRequestsAreComputedOnce() {
        runner.withPropertyValues("flashdeberta.cache.enabled=true").run(context -> {
            DebertaReranker reranker = context.getBean(DebertaReranker.class);
            List<RerankResult> first = reranker.rerank("query", DOCUMENTS);
            assertThat(reranker.rerank("query", DOCUMENTS)).isSameAs(first);
            assertThat(reranker.rerank("another query", DOCUMENTS)).isNotEqualTo(first);
            assertThat(reranker.rerank("query", DOCUMENTS, RerankOptions.topN(1)))
                    .hasSize(1);
        });
    }

    @Test
    void hitsAndMissesAreMetrics() {
        runner.withPropertyValues("flashdeberta.cache.enabled=true").run(context -> {
            MeterRegistry registry = new SimpleMeterRegistry();
            context.getBean(MeterBinder.class).bindTo(registry);
            DebertaReranker reranker = context.getBean(DebertaReranker.class);
            reranker.rerank("query", DOCUMENTS);
            reranker.rerank("query", DOCUMENTS);
            assertThat(gets(registry, "miss")).isEqualTo(1);
            assertThat(gets(registry, "hit")).isEqualTo(1);
        });
    }

    private static double gets(MeterRegistry registry, String result) {
        return registry.get("cache.gets")
                .tags("cache", "flashdeberta.results", "result", result)
                .functionCounter()
                .count();
    }

    @Test
    void metricsAreOptional() {
        runner.withPropertyValues("flashdeberta.cache.enabled=true")
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class.getPackageName()))
                .run(context -> assertThat(context)
                        .hasSingleBean(ResultCache.class)
                        .doesNotHaveBean("debertaResultCacheMetrics"));
    }

    @Test
    void aUsersOwnCacheComesFirst() {
        runner.withPropertyValues("flashdeberta.cache.enabled=true")
                .withBean(CountingCache.class)
                .run(context -> {
                    assertThat(context).hasSingleBean(ResultCache.class);
                    context.getBean(DebertaReranker.class).rerank("query", DOCUMENTS);
                    assertThat(context.getBean(CountingCache.class).requests).isEqualTo(1);
                });
    }

    @Test
    void withoutCaffeineAnEnabledCacheIsAnError() {
        runner.withPropertyValues("flashdeberta.cache.enabled=true")
                .withClassLoader(new FilteredClassLoader(Caffeine.class))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("flashdeberta.cache.enabled")
                        .hasMessageContaining("Caffeine is not on the class path"));
    }

    static class CountingCache implements ResultCache {

        int requests;

        @Override
        public @Nullable Object find(Request request) {
            requests++;
            return null;
        }

        @Override
        public void store(Request request, Object result) {}
    }
}
