package io.flashdeberta.cuda;

import java.util.function.Consumer;

/** A session's tensors: in memory that moves with what passes need, or, while a pass is recorded, in memory that stays its own. */
final class Tensors implements AutoCloseable {

    private static final long SMALLEST_CHUNK = 16L << 20;

    private final Stream stream;
    private final NumberType type;
    private final Arena common;
    private final Arena recorded;
    private boolean recording;

    Tensors(DeviceMemory memory, Arena.Opening arenas, Stream stream, NumberType type) {
        this.stream = stream;
        this.type = type;
        common = arenas.open(stream, memory::allocate, false, SMALLEST_CHUNK);
        recorded = arenas.open(stream, memory::allocate, true, SMALLEST_CHUNK);
    }

    NumberType type() {
        return type;
    }

    /** Where new tensors lie. */
    Arena arena() {
        return recording ? recorded : common;
    }

    boolean recording() {
        return recording;
    }

    void recording(boolean now) {
        recording = now;
    }

    void requireNotRecording() {
        if (recording) {
            throw new IllegalStateException("A repeatable pass used something beside its batch.");
        }
    }

    CudaTensor allocate(int rows, int columns) {
        Arena.Span span = arena().allocate(CudaTensor.bytes(rows, columns, type));
        return new CudaTensor(rows, columns, span, stream);
    }

    /** A new tensor, filled by {@code operation}; given back if that fails. */
    CudaTensor compute(int rows, int columns, Consumer<CudaTensor> operation) {
        CudaTensor y = allocate(rows, columns);
        try {
            operation.accept(y);
            return y;
        } catch (RuntimeException | Error e) {
            y.close();
            throw e;
        }
    }

    @Override
    public void close() {
        common.close();
        recorded.close();
    }
}
