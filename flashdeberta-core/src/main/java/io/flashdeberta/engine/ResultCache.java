package io.flashdeberta.engine;

import java.util.List;
import java.util.function.Supplier;

/** Remembers the results of identical requests. Thread-safe; a failed computation is not remembered. */
public interface ResultCache {

    /** Computes every request anew. */
    ResultCache NONE = new ResultCache() {
        @Override
        public <T> T get(Request request, Supplier<T> compute) {
            return compute.get();
        }
    };

    /** Returns the remembered result of an equal request, or computes it. Results are immutable and shared. */
    <T> T get(Request request, Supplier<T> compute);

    /**
     * All that a result depends on.
     *
     * @param task who was asked; two tasks share no results, even of the same model
     * @param options the options of the call, compared by value
     * @param texts the texts of the call, in order
     */
    record Request(Object task, Object options, List<String> texts) {

        public Request {
            texts = List.copyOf(texts);
        }
    }
}
