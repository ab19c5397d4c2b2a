package io.flashdeberta.autoconfigure;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.ResultCache;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Opens models as the properties say; a failure names the property to change. */
final class ModelOpener {

    private static final String MODEL_REMEDY =
            "Name a directory that holds a Hugging Face model (config.json,"
                    + " model.safetensors, tokenizer.json, tokenizer_config.json), or a folder of the class path as in"
                    + " classpath:models/reranker. Without the property no such bean is made.";

    private final FlashDebertaProperties properties;
    private final ResultCache cache;
    private final Observers observers;

    ModelOpener(FlashDebertaProperties properties, ResultCache cache, Observers observers) {
        this.properties = properties;
        this.cache = cache;
        this.observers = observers;
    }

    /**
     * @param task the task's name in properties, as in "reranker"
     * @param bean the name of the model's bean
     */
    <T, B extends ModelBuilder<T, B>> T open(
            String task,
            String bean,
            @Nullable String model,
            @Nullable Integer maxTokens,
            B builder) {
        String location = Settings.requireText(task + ".model", model, MODEL_REMEDY);
        builder.model(location)
                .device(properties.device())
                .attention(properties.attention())
                .dtype(properties.dtype())
                .cache(cache)
                .observer(observers.of(bean));
        if (maxTokens != null) {
            builder.maxTokens(maxTokens);
        }
        if (properties.workers() != null) {
            builder.workers(properties.workers());
        }
        if (properties.threads() != null) {
            builder.threads(properties.threads());
        }
        if (properties.batchTokens() != null) {
            builder.batchTokens(properties.batchTokens());
        }
        if (properties.queueTokens() != null) {
            builder.queueTokens(properties.queueTokens());
        }
        if (properties.timeout() != null) {
            builder.timeout(properties.timeout());
        }
        if (properties.cuda().memoryLimit() != null) {
            builder.memoryLimit(properties.cuda().memoryLimit().toBytes());
        }
        try {
            return builder.build();
        } catch (DeviceUnavailableException e) {
            if (properties.dtype() != Precision.AUTO
                    && List.of("auto", "cpu").contains(properties.device())) {
                throw invalid(
                        "dtype",
                        properties.dtype().name().toLowerCase(Locale.ROOT),
                        e,
                        "Set the property to auto, or to what the description says that this machine has.");
            }
            throw invalid(
                    "device",
                    properties.device(),
                    e,
                    "Do what the description says, or set the property to auto or cpu.");
        } catch (FlashDebertaException e) {
            throw invalid(task + ".model", model, e, MODEL_REMEDY);
        } catch (IllegalArgumentException e) {
            throw invalid(
                    task + ".max-tokens",
                    maxTokens,
                    e,
                    "Write a smaller number, or remove the property for the model's own.");
        }
    }

    private static InvalidSettingException invalid(
            String name, @Nullable Object value, RuntimeException cause, String remedy) {
        String reason = String.valueOf(cause.getMessage());
        return new InvalidSettingException(
                FlashDebertaProperties.PREFIX + "." + name, value, reason, remedy, cause);
    }
}
