package io.flashdeberta.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Forgets nothing. */
final class RememberingCache implements ResultCache {

    final AtomicInteger stored = new AtomicInteger();
    private final Map<Request, Object> results = new ConcurrentHashMap<>();

    @Override
    public Object find(Request request) {
        return results.get(request);
    }

    @Override
    public void store(Request request, Object result) {
        stored.incrementAndGet();
        results.put(request, result);
    }
}
