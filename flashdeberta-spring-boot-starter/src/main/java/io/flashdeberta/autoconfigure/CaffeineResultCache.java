package io.flashdeberta.autoconfigure;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.flashdeberta.engine.ResultCache;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Results by request in a Caffeine cache. Texts are kept as their SHA-256, and longer requests weigh more,
 * since their results can be longer.
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
    public @Nullable Object find(Request request) {
        return results.getIfPresent(key(request));
    }

    @Override
    public void store(Request request, Object result) {
        results.put(key(request), result);
    }

    private static Key key(Request request) {
        return new Key(
                request.model(),
                request.options(),
                digest(request.texts()),
                weight(request.texts()));
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

    private record Key(Object model, Object options, ByteBuffer texts, int weight) {}
}
