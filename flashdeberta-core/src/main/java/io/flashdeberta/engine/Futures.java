package io.flashdeberta.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens when a future ends. */
final class Futures {

    private Futures() {}

    /** Calls back with the value, or with the failure that is not null then. */
    static <T> void whenDone(
            CompletableFuture<T> future, BiConsumer<T, @Nullable Throwable> action) {
        var unused = future.whenComplete(action);
    }

    static void whenFailed(CompletableFuture<?> future, Consumer<Throwable> action) {
        whenDone(future, (value, failure) -> {
            if (failure != null) {
                action.accept(failure);
            }
        });
    }

    /** Ends the second future as the first one ends. */
    static <T> void pass(CompletableFuture<T> from, CompletableFuture<T> to) {
        whenDone(from, (value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(unwrap(failure));
            }
        });
    }

    /** The failure itself, without what futures put around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
