package io.flashdeberta.autoconfigure;

import io.flashdeberta.engine.DebertaTask;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/** The health of each opened model, under {@code flashdeberta} and the name of its bean. */
@AutoConfiguration(after = FlashDebertaAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
public final class FlashDebertaHealthAutoConfiguration {

    @Bean
    @ConditionalOnBean(DebertaTask.class)
    @ConditionalOnEnabledHealthIndicator("flashdeberta")
    @ConditionalOnMissingBean(
            name = {"flashdebertaHealthIndicator", "flashdebertaHealthContributor"})
    CompositeHealthContributor flashdebertaHealthContributor(Map<String, DebertaTask<?>> tasks) {
        return CompositeHealthContributor.fromMap(tasks, ModelHealthIndicator::new);
    }
}
