package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flashdeberta.TestModels;
import io.flashdeberta.engine.CallInterruptedException;
import io.flashdeberta.engine.DeadlineExceededException;
import io.flashdeberta.engine.InputTooLongException;
import io.flashdeberta.engine.QueueFullException;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class FlashDebertaMetricsAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FlashDebertaAutoConfiguration.class,
                    FlashDebertaMetricsAutoConfiguration.class))
            .withPropertyValues(
                    "flashdeberta.device=cpu",
                    "flashdeberta.reranker.model=" + TestModels.RERANKER);

    @Test
    void callsAreMeasured() {
        runner.run(context -> {
            MeterRegistry registry = new SimpleMeterRegistry();
            context.getBean(ModelMetrics.class).bindTo(registry);
            DebertaReranker reranker = context.getBean(DebertaReranker.class);
            reranker.rerank("query", List.of("a", "b", "long ".repeat(2000)));
            for (String timer : List.of("tokenization.time", "queue.time", "inference.time")) {
                assertThat(registry.get("flashdeberta." + timer)
                                .tag("model", "debertaReranker")
                                .timer()
                                .count())
                        .isPositive();
            }
            assertThat(registry.get("flashdeberta.batch.tokens").summary().totalAmount())
                    .isGreaterThan(500);
            assertThat(registry.get("flashdeberta.batch.sequences").summary().totalAmount())
                    .isEqualTo(3);
            assertThat(registry.get("flashdeberta.truncations").counter().count())
                    .isEqualTo(1);
            assertThat(registry.get("flashdeberta.queue.tokens").gauge().value())
                    .isZero();
            assertThat(registry.get("flashdeberta.native.memory").gauge().value())
                    .isPositive();

            RerankOptions error = RerankOptions.defaults().withTruncation(Truncation.ERROR);
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(
                            () -> reranker.rerank("query", List.of("long ".repeat(2000)), error));
            reranker.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> reranker.rerank("query", List.of("a")));
            assertThat(failures(registry, "too-long")).isEqualTo(1);
            assertThat(failures(registry, "closed")).isEqualTo(1);
        });
    }

    private static double failures(MeterRegistry registry, String cause) {
        return registry.get("flashdeberta.failures")
                .tags("model", "debertaReranker", "cause", cause)
                .counter()
                .count();
    }

    @Test
    void causesHaveNames() {
        assertThat(Stream.of(
                                new QueueFullException(1, 2, 3),
                                new DeadlineExceededException(Duration.ofSeconds(1)),
                                new CancellationException(),
                                new CallInterruptedException(new InterruptedException()),
                                new IllegalArgumentException(),
                                new OutOfMemoryError())
                        .map(FailureCause::of))
                .containsExactly(
                        "queue-full", "deadline", "cancelled", "interrupted", "invalid", "error");
    }

    @Test
    void micrometerIsOptional() {
        runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class.getPackageName()))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(DebertaReranker.class)
                        .doesNotHaveBean("debertaModelMetrics"));
    }

    @Test
    void theQueueIsConfigured() {
        runner.withPropertyValues(
                        "flashdeberta.workers=3",
                        "flashdeberta.queue-tokens=5000",
                        "flashdeberta.timeout=1ns")
                .run(context -> {
                    DebertaReranker reranker = context.getBean(DebertaReranker.class);
                    assertThat(reranker.status().workers()).isEqualTo(3);
                    assertThatExceptionOfType(DeadlineExceededException.class)
                            .isThrownBy(() -> reranker.rerank(
                                    "query",
                                    Stream.generate(() -> "text ".repeat(200))
                                            .limit(500)
                                            .toList()));
                });
    }
}
