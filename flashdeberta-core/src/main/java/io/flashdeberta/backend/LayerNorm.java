package io.flashdeberta.backend;

/** Loaded scale and shift of a layer normalisation. */
public interface LayerNorm extends AutoCloseable {

    int size();

    @Override
    void close();
}
