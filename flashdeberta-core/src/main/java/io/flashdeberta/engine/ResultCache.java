package io.flashdeberta.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers the results of identical requests. Thread-safe. */
public interface ResultCache {

    /** Remembers nothing. */
    ResultCache NONE = new ResultCache() {
        @Override
        public @Nullable Object find(Request request) {
            return null;
        }

        @Override
        public void store(Request request, Object result) {}
    };

    /** The result of an equal request, or null. Results are immutable and shared. */
    @Nullable
    Object find(Request request);

    /** Remembers a result; failures are not stored. */
    void store(Request request, Object result);

    /**
     * All that a result depends on.
     *
     * @param model who was asked, compared by identity; two models share no results, even of the same checkpoint
     * @param options the options of the call, compared by value
     * @param texts the texts of the call, in order
     */
    record Request(Object model, Object options, List<String> texts) {

        public Request {
            texts = List.copyOf(texts);
        }
    }
}
