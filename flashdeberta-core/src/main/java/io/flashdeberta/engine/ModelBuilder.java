package io.flashdeberta.engine;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all tasks have in common. Only the model must be named.
 *
 * @param <T> the task
 * @param <B> the task's builder
 */
public abstract class ModelBuilder<T, B extends ModelBuilder<T, B>> {

    private static final int QUEUE_TOKENS = 1 << 20;

    private final HeadLoader headLoader;
    private @Nullable Supplier<Checkpoint> model;
    private String device = "auto";
    private AttentionKind attention = AttentionKind.FLASH;
    private Precision dtype = Precision.AUTO;
    private @Nullable Integer maxTokens;
    private @Nullable Integer batchTokens;
    private @Nullable Integer workers;
    private @Nullable Integer threads;
    private int queueTokens = QUEUE_TOKENS;
    private @Nullable Duration timeout;
    private long memoryLimit;
    private ResultCache cache = ResultCache.NONE;
    private EngineObserver observer = EngineObserver.NONE;

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

    /** What is computed with; {@link Precision#AUTO} by default. The CPU computes in fp32, bf16 or int8. */
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
     * Tokens that are packed into one batch; by default 1024 on the CPU and 4096 elsewhere. More of them need more memory, and calls
     * wait longer for each other; a sequence that is longer is a batch of its own.
     */
    public B batchTokens(int batchTokens) {
        this.batchTokens = batchTokens;
        return self();
    }

    /**
     * Batches that run side by side, each on threads of its own. By default, on the CPU, two and one more for every eight processors
     * beyond sixteen, and one elsewhere. With one only, a text of many thousand tokens keeps everybody waiting.
     */
    public B workers(int workers) {
        this.workers = workers;
        return self();
    }

    /**
     * CPU threads of each worker. By default the processors divided by the workers, and four, or all of fewer processors, if that is
     * more.
     */
    public B threads(int threads) {
        this.threads = threads;
        return self();
    }

    /**
     * Tokens that may wait for a worker, 1,048,576 by default. A call for which there is no room is refused at once with a
     * {@link QueueFullException}.
     */
    public B queueTokens(int queueTokens) {
        this.queueTokens = queueTokens;
        return self();
    }

    /**
     * How long a call may take before it fails with a {@link DeadlineExceededException}; as long as it takes by default. One task's
     * {@code withTimeout} gives some calls another time.
     */
    public B timeout(Duration timeout) {
        this.timeout = timeout;
        return self();
    }

    /** Is told what the model does, for metrics; {@link EngineObserver#NONE} by default. */
    public B observer(EngineObserver observer) {
        this.observer = observer;
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
                            model, device, attention, dtype, maxTokens, memoryLimit, serving()),
                    headLoader)));
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    private ServingSettings serving() {
        return new ServingSettings(
                batchTokens, workers, threads, queueTokens, timeout, cache, observer);
    }

    /** Makes the task of an opened engine, which it owns from then on. */
    protected abstract T build(Engine engine);

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }
}
