package io.flashdeberta.backend;

/** One layer's disentangled attention with its position tables in place. */
public interface Attention extends AutoCloseable {
    @Override
    void close();
}
