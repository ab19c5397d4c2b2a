package io.flashdeberta.autoconfigure;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.flashdeberta.engine.ResultCache;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Results by request in a Caffeine cache. Texts are kept as their SHA-256, and longer requests weigh more,
 * since their results can be longer.
 * Two equal requests at the same moment are both computed: no thread waits for another's forward pass.
 */
final class CaffeineResultCache implements ResultCache {

    private static final int CHARACTERS_OF_UNIT_WEIGHT = 1_000;
    private static final int CHARACTERS_OF_A_TEXT = 100;

    private final Cache<Key, Object> results;

    CaffeineResultCache(long maximumSize, Duration expireAfter) {
        results = Caffeine.newBuilder()
                .maximumWeight(maximumSize)
                .weigher((Key key, Object result) -> key.weight())
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
        Key key = new Key(
                request.task(),
                request.options(),
                digest(request.texts()),
                weight(request.texts()));
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
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(text.length()).flip());
            ByteBuffer characters = ByteBuffer.allocate(Character.BYTES * text.length());
            characters.asCharBuffer().put(text);
            digest.update(characters);
        }
        return ByteBuffer.wrap(digest.digest());
    }

    private static int weight(List<String> texts) {
        long characters = 0;
        for (String text : texts) {
            characters += CHARACTERS_OF_A_TEXT + text.length();
        }
        return (int) Math.min(Integer.MAX_VALUE, 1 + characters / CHARACTERS_OF_UNIT_WEIGHT);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }

    private record Key(Object task, Object options, ByteBuffer texts, int weight) {}
}
