package io.flashdeberta.backend;

/** A row-major matrix in a session's memory, {@code [rows, columns]}; closing it returns the memory to the session. */
public interface Tensor extends AutoCloseable {

    int rows();

    int columns();

    @Override
    void close();
}
