package io.flashdeberta.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stored tensor, row-major. Its methods throw {@link IllegalStateException} once the checkpoint is closed. */
public final class WeightTensor {

    private static final int CHUNK_BYTES = 1 << 16;

    private final SafetensorsFile file;
    private final TensorInfo info;
    private volatile @Nullable ByteBuffer mapping;

    WeightTensor(SafetensorsFile file, TensorInfo info) {
        this.file = file;
        this.info = info;
    }

    public String name() {
        return info.name();
    }

    public DataType type() {
        return info.type();
    }

    /** The dimensions, each ≥ 0; none for a scalar. */
    public long[] shape() {
        return info.shape().clone();
    }

    /** Number of elements: the product of the shape. */
    public long elements() {
        return info.elements();
    }

    /**
     * The stored bytes, memory-mapped, read-only and little-endian. From Java 22 on an access after the checkpoint was closed
     * throws {@link IllegalStateException}; before, the mapping lives as long as the buffer.
     *
     * @throws CheckpointException when there are 2 GiB or more
     */
    public ByteBuffer data() {
        if (info.length() > Integer.MAX_VALUE) {
            throw new CheckpointException("Tensor '" + name() + "' of " + file.place() + " has "
                    + info.length() + " bytes, more than one buffer can hold; copy it in parts.");
        }
        return file.map(info.begin(), (int) info.length());
    }

    /**
     * Converts all elements to float.
     *
     * @param target has room for {@link #elements()}; its position moves behind them
     * @throws CheckpointException when the type is not F64, F32, F16 or BF16
     */
    public void copyTo(FloatBuffer target) {
        if (target.remaining() < elements()) {
            throw new IllegalArgumentException("Tensor '" + name() + "' has " + elements()
                    + " elements, the target has room for " + target.remaining() + ".");
        }
        FloatBuffer part = target.slice(target.position(), (int) elements());
        copyTo(0, part);
        target.position(target.position() + part.position());
    }

    /**
     * Converts part of the elements to float.
     *
     * @param firstElement index of the first element in row-major order
     * @param target is filled: takes {@code target.remaining()} elements
     * @throws CheckpointException when the type is not F64, F32, F16 or BF16
     */
    public void copyTo(long firstElement, FloatBuffer target) {
        Objects.checkFromIndexSize(firstElement, target.remaining(), elements());
        FloatDecoder decoder = FloatDecoder.of(type());
        if (decoder == null) {
            throw new CheckpointException("Tensor '" + name() + "' of " + file.place()
                    + " has type " + type() + " and shape " + Arrays.toString(info.shape())
                    + "; expected F32, F16, BF16 or F64.");
        }
        int width = type().bytes();
        long position = firstElement * width;
        while (target.hasRemaining()) {
            int count = (int) Math.min(CHUNK_BYTES, (long) target.remaining() * width);
            decoder.decode(bytes(position, count), target);
            position += count;
        }
    }

    /** Part of the stored bytes: of the mapping, or read from the file where one mapping cannot hold the tensor. */
    private ByteBuffer bytes(long position, int count) {
        if (info.length() > Integer.MAX_VALUE) {
            ByteBuffer chunk = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
            file.read(info.begin() + position, chunk);
            return chunk.flip();
        }
        ByteBuffer whole = mapping;
        if (whole == null) {
            whole = data();
            mapping = whole;
        }
        file.requireOpen();
        return whole.slice((int) position, count).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * All elements as floats.
     *
     * @throws CheckpointException when the type is not F64, F32, F16 or BF16, or there are more than an array can hold
     */
    public float[] toFloats() {
        if (elements() > Integer.MAX_VALUE - 8) {
            throw new CheckpointException("Tensor '" + name() + "' of " + file.place() + " has "
                    + elements() + " elements, more than one array can hold; copy it in parts.");
        }
        float[] floats = new float[(int) elements()];
        copyTo(FloatBuffer.wrap(floats));
        return floats;
    }

    @Override
    public String toString() {
        return name() + " " + type() + " " + Arrays.toString(info.shape());
    }
}
