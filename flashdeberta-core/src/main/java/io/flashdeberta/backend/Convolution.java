package io.flashdeberta.backend;

/** Loaded weights of a 1-D convolution along the tokens of each sequence. */
public interface Convolution extends AutoCloseable {
    @Override
    void close();
}
