package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.engine.ResultCache.Request;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CaffeineResultCacheTests {

    private final CaffeineResultCache cache = new CaffeineResultCache(100, Duration.ofMinutes(1));
    private final AtomicInteger computed = new AtomicInteger();

    @Test
    void remembersEqualRequests() {
        assertThat(ask(new Request("task", "options", List.of("a", "b")))).isEqualTo(1);
        assertThat(ask(new Request("task", "options", List.of("a", "b")))).isEqualTo(1);
    }

    @Test
    void tellsRequestsApart() {
        var requests = List.of(
                new Request("task", "options", List.of("a", "b")),
                new Request("task", "options", List.of("b", "a")),
                new Request("task", "options", List.of("ab")),
                new Request("task", "options", List.of("ab", "")),
                new Request("task", "options", List.of("", "ab")),
                new Request("task", "other options", List.of("a", "b")),
                new Request("other task", "options", List.of("a", "b")),
                new Request("task", "options", List.of("\ud83d")),
                new Request("task", "options", List.of("?")));
        assertThat(requests.stream().map(this::ask)).doesNotHaveDuplicates();
    }

    @Test
    void staysWithinItsSize() {
        for (int i = 0; i < 10_000; i++) {
            ask(new Request("task", i, List.of("a")));
        }
        cache.nativeCache().cleanUp();
        assertThat(cache.nativeCache().estimatedSize()).isEqualTo(100);
    }

    private int ask(Request request) {
        if (cache.find(request) == null) {
            cache.store(request, computed.incrementAndGet());
        }
        return (int) Objects.requireNonNull(cache.find(request));
    }
}
