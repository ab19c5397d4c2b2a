package io.flashdeberta.backend;

/** Loaded weights of {@code y = x·Wᵀ + b}, {@code [outputs, inputs]}. */
public interface Linear extends AutoCloseable {

    int inputs();

    int outputs();

    @Override
    void close();
}
