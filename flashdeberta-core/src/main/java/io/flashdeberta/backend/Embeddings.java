package io.flashdeberta.backend;

/** Loaded tables of the embedding layer. */
public interface Embeddings extends AutoCloseable {

    @Override
    void close();
}
