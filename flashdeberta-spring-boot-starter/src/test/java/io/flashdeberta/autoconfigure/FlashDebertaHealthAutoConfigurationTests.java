package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.TestModels;
import io.flashdeberta.rerank.DebertaReranker;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class FlashDebertaHealthAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FlashDebertaAutoConfiguration.class, FlashDebertaHealthAutoConfiguration.class))
            .withPropertyValues(
                    "flashdeberta.device=cpu",
                    "flashdeberta.reranker.model=" + TestModels.RERANKER,
                    "flashdeberta.ner.model=" + TestModels.NER);

    @Test
    void eachModelIsUpWhileItIsOpen() {
        runner.run(context -> {
            assertThat(health(context, "debertaNer").getStatus()).isEqualTo(Status.UP);
            Health health = health(context, "debertaReranker");
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("model", TestModels.RERANKER)
                    .containsKeys("device", "workers", "maxTokens", "waitingTokens", "nativeBytes");

            context.getBean(DebertaReranker.class).close();
            assertThat(health(context, "debertaReranker").getStatus()).isEqualTo(Status.DOWN);
            assertThat(health(context, "debertaNer").getStatus()).isEqualTo(Status.UP);
        });
    }

    private static Health health(ApplicationContext context, String bean) {
        var contributor =
                context.getBean("flashdebertaHealthContributor", CompositeHealthContributor.class);
        var indicator = (HealthIndicator) contributor.getContributor(bean);
        assertThat(indicator).isNotNull();
        return indicator.health();
    }

    @Test
    void itCanBeSwitchedOff() {
        runner.withPropertyValues("management.health.flashdeberta.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthContributor.class));
    }

    @Test
    void healthIsOptional() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("flashdebertaHealthContributor"));
    }
}
