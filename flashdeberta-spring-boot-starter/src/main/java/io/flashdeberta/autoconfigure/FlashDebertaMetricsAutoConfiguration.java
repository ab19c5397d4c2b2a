package io.flashdeberta.autoconfigure;

import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Metrics of each model, tagged with the name of its bean, when Micrometer is on the class path. */
@AutoConfiguration(before = FlashDebertaAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
public final class FlashDebertaMetricsAutoConfiguration {

    @Bean
    ModelMetrics debertaModelMetrics(ListableBeanFactory beans) {
        return new ModelMetrics(beans);
    }
}
