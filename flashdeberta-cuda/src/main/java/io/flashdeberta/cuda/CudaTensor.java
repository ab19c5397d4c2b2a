package io.flashdeberta.cuda;

import io.flashdeberta.backend.Tensor;

/**
 * A matrix on the GPU. Behind it there is room for the rows that {@link Rounding#rows} adds; matrix products write them, and
 * nothing reads them.
 *
 * @param stream where what fills it was started
 */
record CudaTensor(int rows, int columns, Arena.Span span, Stream stream) implements Tensor {

    static long bytes(int rows, int columns, NumberType type) {
        return (long) Rounding.rows(rows) * columns * type.bytes();
    }

    long address() {
        return span.address();
    }

    @Override
    public void close() {
        span.close();
    }
}
