package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.function.Consumer;

/** Copies between the machine's memory and the GPU's, in the order of a stream, through two pinned buffers in turn. */
final class Transfers implements AutoCloseable {

    private final Stream stream;
    private final PinnedBuffer[] buffers = new PinnedBuffer[2];
    private final Stream.Mark[] done = new Stream.Mark[2];
    private int next;

    /** @param bytes size of each buffer */
    Transfers(Stream stream, int bytes) {
        this.stream = stream;
        try {
            for (int i = 0; i < buffers.length; i++) {
                buffers[i] = new PinnedBuffer(bytes);
                done[i] = stream.mark();
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Writes a part of what is to be copied, from a byte on, until the buffer is full or the end is reached. */
    interface Source {
        void write(long from, ByteBuffer target);
    }

    /** Copies {@code bytes} from a source to the GPU; the source is read before this returns. */
    void upload(Source source, long bytes, long address) {
        for (long from = 0; from < bytes; ) {
            int part = (int) Math.min(bytes - from, buffers[next].size());
            done[next].await();
            source.write(from, buffers[next].buffer().limit(part));
            Driver.check(
                    cuMemcpyHtoDAsync(
                            address + from, buffers[next].pointer(), part, stream.handle()),
                    "copy to its memory");
            done[next].set();
            next = 1 - next;
            from += part;
        }
    }

    /** Copies so many integers, which a filler writes from index 0 on. */
    void upload(Consumer<IntBuffer> filler, int count, long address) {
        if ((long) count * Integer.BYTES > buffers[next].size()) {
            int[] values = new int[count];
            filler.accept(IntBuffer.wrap(values));
            upload(values, address);
        } else {
            upload(
                    (from, target) -> filler.accept(target.asIntBuffer()),
                    (long) count * Integer.BYTES,
                    address);
        }
    }

    void upload(int[] values, long address) {
        upload(
                (from, target) -> target.asIntBuffer()
                        .put(
                                values,
                                (int) (from / Integer.BYTES),
                                target.remaining() / Integer.BYTES),
                (long) values.length * Integer.BYTES,
                address);
    }

    /** Copies floats out and waits for them. */
    float[] download(long address, int count) {
        float[] values = new float[count];
        int part = buffers[next].size() / Float.BYTES;
        for (int from = 0; from < count; from += part) {
            int floats = Math.min(part, count - from);
            done[next].await();
            Driver.check(
                    cuMemcpyDtoHAsync(
                            buffers[next].pointer(),
                            address + (long) from * Float.BYTES,
                            (long) floats * Float.BYTES,
                            stream.handle()),
                    "copy from its memory");
            stream.synchronize();
            buffers[next].buffer().asFloatBuffer().get(values, from, floats);
        }
        return values;
    }

    @Override
    public void close() {
        for (int i = 0; i < buffers.length; i++) {
            if (done[i] != null) {
                done[i].close();
            }
            if (buffers[i] != null) {
                buffers[i].close();
            }
        }
    }
}
