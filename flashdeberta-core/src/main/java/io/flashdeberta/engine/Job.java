package io.flashdeberta.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks a task for.
 *
 * @param key what the result depends on; null if it is to be computed anew each time
 * @param compute gives the result
 */
public record Job<T>(@Nullable Key key, Function<Call, CompletableFuture<T>> compute) {

    /**
     * All that a result of one task depends on.
     *
     * @param options tell this job from all others with the same texts and another result
     */
    public record Key(Object options, List<String> texts) {

        public Key {
            texts = List.copyOf(texts);
        }
    }

    /** A job whose immutable result can be remembered, and given to all that ask the same at the same time. */
    public static <T> Job<T> of(
            Object options, List<String> texts, Function<Call, CompletableFuture<T>> compute) {
        return new Job<>(new Key(options, texts), compute);
    }

    /** The first result of a job that has several. */
    public static <T> Job<T> first(Job<? extends List<T>> job) {
        Key key = job.key();
        return new Job<>(
                key == null ? null : new Key(new First(key.options()), key.texts()),
                call -> job.compute().apply(call).thenApply(results -> results.get(0)));
    }

    private record First(Object options) {}

    /** A job that is done anew each time. */
    public static <T> Job<T> anew(Function<Call, CompletableFuture<T>> compute) {
        return new Job<>(null, compute);
    }
}
