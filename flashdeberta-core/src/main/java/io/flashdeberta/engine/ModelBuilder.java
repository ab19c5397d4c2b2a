package io.flashdeberta.engine;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all tasks have in common. Only the model must be named.
 *
 * @param <T> the task
 * @param <B> the task's builder
 */
public abstract class ModelBuilder<T, B extends ModelBuilder<T, B>> {

    private static final int BATCH_TOKENS = 4096;

    private final HeadLoader headLoader;
    private @Nullable Supplier<Checkpoint> model;
    private String device = "auto";
    private AttentionKind attention = AttentionKind.FLASH;
    private Precision dtype = Precision.AUTO;
    private @Nullable Integer maxTokens;
    private int batchTokens = BATCH_TOKENS;
    private int threads = Runtime.getRuntime().availableProcessors();
    private long memoryLimit;
    private ResultCache cache = ResultCache.NONE;

    protected ModelBuilder(HeadLoader headLoader) {
        this.headLoader = headLoader;
    }

    /** The checkpoint's location: a directory, or {@code classpath:some/folder}. */
    public B model(String location) {
        model = () -> Checkpoint.open(location);
        return self();
    }

    /** The checkpoint's directory. */
    public B model(Path directory) {
        model = () -> Checkpoint.open(directory);
        return self();
    }

    /**
     * {@code cpu}, {@code cuda}, {@code cuda:1}, or {@code auto}, the default: CUDA when it can be used here, else the CPU.
     */
    public B device(String device) {
        this.device = device;
        return self();
    }

    /** How attention is computed; {@link AttentionKind#FLASH} by default. */
    public B attention(AttentionKind attention) {
        this.attention = attention;
        return self();
    }

    /** What is computed with; {@link Precision#AUTO} by default. The CPU computes in fp32 or bf16. */
    public B dtype(Precision dtype) {
        this.dtype = dtype;
        return self();
    }

    /**
     * Limit of one sequence in tokens, special tokens included, at least 5. By default what the tokenizer's configuration says,
     * or else the model's. Unless a model has absolute positions it can be set to any length.
     */
    public B maxTokens(int maxTokens) {
        this.maxTokens = maxTokens;
        return self();
    }

    /**
     * Tokens that are packed into one batch, 4096 by default. More of them need more memory; a sequence that is longer is a
     * batch of its own.
     */
    public B batchTokens(int batchTokens) {
        this.batchTokens = batchTokens;
        return self();
    }

    /** CPU threads of one forward pass; all processors by default. */
    public B threads(int threads) {
        this.threads = threads;
        return self();
    }

    /**
     * GPU memory in bytes that this model may use, weights included; 0, the default, for all there is. A pass that needs more
     * ends with {@link io.flashdeberta.backend.OutOfDeviceMemoryException}. Without effect on the CPU.
     */
    public B memoryLimit(long bytes) {
        this.memoryLimit = bytes;
        return self();
    }

    /** Remembers the results of identical requests, except vectors; {@link ResultCache#NONE} by default. */
    public B cache(ResultCache cache) {
        this.cache = cache;
        return self();
    }

    /**
     * Opens the model.
     *
     * @throws IllegalArgumentException if a setting is out of range
     * @throws io.flashdeberta.checkpoint.CheckpointException if the checkpoint is missing, broken or not one for this task
     * @throws io.flashdeberta.backend.DeviceUnavailableException if the device cannot be used here
     */
    public final T build() {
        if (model == null) {
            throw new IllegalArgumentException(
                    "No model is named; call model(\"path/to/checkpoint\").");
        }
        Resources resources = new Resources();
        try {
            return build(resources.add(Engine.open(
                    new ModelSettings(
                            model,
                            device,
                            attention,
                            dtype,
                            maxTokens,
                            batchTokens,
                            threads,
                            memoryLimit,
                            cache),
                    headLoader)));
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    /** Makes the task of an opened engine, which it owns from then on. */
    protected abstract T build(Engine engine);

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }
}
