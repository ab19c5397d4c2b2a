package io.flashdeberta.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.Pointer;

/** A raw native address that the library's calls accept; one object serves many addresses in turn. */
final class Address extends Pointer {

    /** Bytes are what capacities and limits count; the inherited size of a pointer would make buffers reach too far. */
    @Override
    public int sizeof() {
        return 1;
    }

    Address at(long address) {
        this.address = address;
        return this;
    }

    /** A view of {@code count} floats; valid as long as the memory is. */
    static FloatBuffer floats(long address, int count) {
        return words(address, count).asFloatBuffer();
    }

    /** The same of integers. */
    static IntBuffer ints(long address, int count) {
        return words(address, count).asIntBuffer();
    }

    private static ByteBuffer words(long address, int count) {
        Address pointer = new Address().at(address);
        pointer.capacity = 4L * count;
        pointer.limit = 4L * count;
        return pointer.asByteBuffer();
    }
}
