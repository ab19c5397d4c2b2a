package io.flashdeberta.checkpoint;

/**
 * A tensor as a safetensors header describes it.
 *
 * @param shape dimensions, each ≥ 0; empty for a scalar
 * @param begin first byte, counted from the start of the data section
 * @param length number of bytes: elements × bytes per element
 */
record TensorInfo(String name, DataType type, long[] shape, long begin, long length) {

    long elements() {
        return length / type.bytes();
    }

    long end() {
        return begin + length;
    }
}
