package io.flashdeberta.autoconfigure;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.flashdeberta.engine.ResultCache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Results by request in a Caffeine cache. Texts are kept as their SHA-256, so an entry stays small however long they are.
 * Two equal requests at the same moment are both computed: no thread waits for another's forward pass.
 */
final class CaffeineResultCache implements ResultCache {

    private final Cache<Key, Object> results;

    CaffeineResultCache(long maximumSize, Duration expireAfter) {
        results = Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .expireAfterWrite(expireAfter)
                .recordStats()
                .build();
    }

    /** The Caffeine cache, for metrics. */
    Cache<?, ?> nativeCache() {
        return results;
    }

    @Override
    @SuppressWarnings(
            "unchecked") // A task asks the same question only for the same type of answer.
    public <T> T get(Request request, Supplier<T> compute) {
        Key key = new Key(request.task(), request.options(), digest(request.texts()));
        Object known = results.getIfPresent(key);
        if (known != null) {
            return (T) known;
        }
        T result = compute.get();
        results.put(key, result);
        return result;
    }

    private static ByteBuffer digest(List<String> texts) {
        MessageDigest digest = sha256();
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_16BE);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return ByteBuffer.wrap(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }

    private record Key(Object task, Object options, ByteBuffer texts) {}
}
