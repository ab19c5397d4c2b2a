package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuMemAllocHost;
import static org.bytedeco.cuda.global.cudart.cuMemFreeHost;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** Memory of the machine that the GPU reads and writes by itself while the processor goes on. */
final class PinnedBuffer implements AutoCloseable {

    private final BytePointer pointer;
    private final ByteBuffer buffer;
    private boolean closed;

    PinnedBuffer(int bytes) {
        try (PointerPointer<Pointer> result = new PointerPointer<>(1)) {
            Driver.check(
                    RecordingLock.beside(() -> cuMemAllocHost(result, bytes)),
                    "pin " + bytes + " bytes of main memory");
            pointer = new BytePointer(result.get());
        }
        pointer.capacity(bytes);
        buffer = pointer.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    Pointer pointer() {
        return pointer;
    }

    /** All of it, from the start. */
    ByteBuffer buffer() {
        return buffer.duplicate().order(ByteOrder.nativeOrder()).clear();
    }

    int size() {
        return buffer.capacity();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Driver.check(RecordingLock.beside(() -> cuMemFreeHost(pointer)), "unpin main memory");
        }
    }
}
