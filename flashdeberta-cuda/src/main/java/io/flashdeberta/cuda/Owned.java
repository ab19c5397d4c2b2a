package io.flashdeberta.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Things of CUDA to close, the latest first. */
final class Owned implements AutoCloseable {

    private final Deque<Runnable> resources = new ArrayDeque<>();

    <T> T add(T resource, Consumer<T> closing) {
        resources.push(() -> closing.accept(resource));
        return resource;
    }

    /** Closes all, even if some fail; closing again has no effect. */
    @Override
    public void close() {
        @Nullable RuntimeException failure = null;
        while (!resources.isEmpty()) {
            try {
                resources.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
