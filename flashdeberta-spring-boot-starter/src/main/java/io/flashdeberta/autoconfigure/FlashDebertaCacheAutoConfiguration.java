package io.flashdeberta.autoconfigure;

import com.github.benmanes.caffeine.cache.Caffeine;

import io.flashdeberta.autoconfigure.FlashDebertaProperties.CacheProperties;
import io.flashdeberta.engine.ResultCache;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The cache of results, when it is enabled and there is no other. */
@AutoConfiguration(before = FlashDebertaAutoConfiguration.class)
@ConditionalOnBooleanProperty("flashdeberta.cache.enabled")
@ConditionalOnMissingBean(ResultCache.class)
@EnableConfigurationProperties(FlashDebertaProperties.class)
public final class FlashDebertaCacheAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Caffeine.class)
    static class CaffeineConfiguration {

        @Bean
        CaffeineResultCache debertaResultCache(FlashDebertaProperties properties) {
            CacheProperties cache = properties.cache();
            return new CaffeineResultCache(cache.maximumSize(), cache.expireAfter());
        }

        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass(MeterBinder.class)
        static class MetricsConfiguration {

            @Bean
            MeterBinder debertaResultCacheMetrics(CaffeineResultCache cache) {
                return new CaffeineCacheMetrics<>(
                        cache.nativeCache(), "flashdeberta.results", Tags.empty());
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("com.github.benmanes.caffeine.cache.Caffeine")
    static class NoCaffeineConfiguration {

        @Bean
        ResultCache debertaResultCache() {
            throw new InvalidSettingException(
                    "flashdeberta.cache.enabled",
                    true,
                    "Caffeine is not on the class path.",
                    "Add the dependency com.github.ben-manes.caffeine:caffeine, define a ResultCache bean of your own, or set"
                            + " the property to false.",
                    null);
        }
    }
}
