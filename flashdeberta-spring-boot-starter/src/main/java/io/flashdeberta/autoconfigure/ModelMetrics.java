package io.flashdeberta.autoconfigure;

import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.EngineObserver;
import io.flashdeberta.engine.ModelStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;

/** Meters of all models. A model may be opened before there is a registry; what it does until then is not counted. */
final class ModelMetrics implements MeterBinder, Observers {

    private final ListableBeanFactory beans;
    private final Map<String, ModelObserver> observers = new ConcurrentHashMap<>();
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    ModelMetrics(ListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public synchronized EngineObserver of(String bean) {
        ModelObserver observer = new ModelObserver();
        registries.forEach(registry -> observer.meters.add(new ModelMeters(registry, bean)));
        observers.put(bean, observer);
        return observer;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        registries.add(registry);
        observers.forEach((bean, observer) -> observer.meters.add(new ModelMeters(registry, bean)));
        beans.getBeansOfType(DebertaTask.class, false, false)
                .forEach((bean, task) -> bindGauges(registry, bean, task));
    }

    private static void bindGauges(MeterRegistry registry, String bean, DebertaTask<?> task) {
        gauge(registry, "queue.tokens", "tokens", bean, task, ModelStatus::waitingTokens);
        gauge(registry, "queue.sequences", null, bean, task, ModelStatus::waitingSequences);
        gauge(registry, "native.memory", "bytes", bean, task, ModelStatus::nativeBytes);
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            @Nullable String unit,
            String bean,
            DebertaTask<?> task,
            ToDoubleFunction<ModelStatus> value) {
        Gauge.builder("flashdeberta." + name, task, t -> value.applyAsDouble(t.status()))
                .tag("model", bean)
                .baseUnit(unit)
                .register(registry);
    }

    private static final class ModelObserver implements EngineObserver {

        private final List<ModelMeters> meters = new CopyOnWriteArrayList<>();

        private void each(Consumer<ModelMeters> event) {
            meters.forEach(event);
        }

        @Override
        public void tokenized(long nanos, int texts, int truncated) {
            each(meter -> meter.tokenized(nanos, texts, truncated));
        }

        @Override
        public void waited(long nanos) {
            each(meter -> meter.waited(nanos));
        }

        @Override
        public void ran(long nanos, int sequences, int tokens) {
            each(meter -> meter.ran(nanos, sequences, tokens));
        }

        @Override
        public void failed(Throwable cause) {
            each(meter -> meter.failed(cause));
        }
    }
}
