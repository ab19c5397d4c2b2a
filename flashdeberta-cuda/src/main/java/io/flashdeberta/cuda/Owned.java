package io.flashdeberta.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Things of CUDA to close, the latest first. */
final class Owned implements AutoCloseable {

    /** What closes without a checked exception. */
    interface Resource extends AutoCloseable {
        @Override
        void close();
    }

    private final Deque<Resource> resources = new ArrayDeque<>();

    <T> T add(T resource, Resource closing) {
        resources.push(closing);
        return resource;
    }

    /** Closes all, even if some fail; closing again has no effect. */
    @Override
    public void close() {
        @Nullable RuntimeException failure = null;
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
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
