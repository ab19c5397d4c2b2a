package io.flashdeberta.cuda;

import io.flashdeberta.checkpoint.WeightTensor;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Copies weights from a mapped checkpoint to the GPU: as they are where the types agree, else as floats that the GPU converts.
 */
final class WeightLoader implements AutoCloseable {

    private static final int BUFFER_BYTES = 4 << 20;
    private static final int THREADS = 256;
    private static final int TABLE_THREADS = 128;

    private final Stream stream;
    private final Launch launch;
    private final Transfers transfers;
    private final DeviceMemory.Block floats;
    private final NumberType type;

    WeightLoader(DeviceMemory memory, Kernels kernels, NumberType type) {
        this.type = type;
        stream = new Stream();
        launch = new Launch(stream, kernels);
        transfers = new Transfers(stream, BUFFER_BYTES);
        floats = memory.allocate(BUFFER_BYTES);
    }

    /** Copies a tensor to an address as numbers of the model's type, and waits for it. */
    synchronized void copy(WeightTensor tensor, long address) {
        if (tensor.type() == type.stored()
                && tensor.elements() * type.bytes() <= Integer.MAX_VALUE
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            var stored = tensor.data();
            transfers.upload(
                    (from, target) -> target.put(stored.slice((int) from, target.remaining())),
                    stored.remaining(),
                    address);
            stream.synchronize();
        } else {
            copy(tensor::copyTo, tensor.elements(), address);
        }
    }

    /** Copies a tensor to an address as floats, and waits for it. */
    synchronized void copyFloats(WeightTensor tensor, long address) {
        upload(tensor::copyTo, 0, tensor.elements(), address);
        stream.synchronize();
    }

    /** Elements from an index on, as many as the target takes. */
    interface Elements {
        void copyTo(long first, FloatBuffer target);
    }

    /** Copies elements to an address as numbers of the model's type, and waits for them. */
    synchronized void copy(Elements elements, long count, long address) {
        if (type == NumberType.FLOAT) {
            upload(elements, 0, count, address);
        } else {
            int part = BUFFER_BYTES / Float.BYTES;
            for (long from = 0; from < count; from += part) {
                long length = Math.min(part, count - from);
                upload(elements, from, length, floats.address());
                convert(length, address + from * type.bytes());
            }
        }
        stream.synchronize();
    }

    /** Copies integers to an address, and waits for them. */
    synchronized void copy(int[] values, long address) {
        transfers.upload(values, address);
        stream.synchronize();
    }

    /** Orders a position table {@code [rows, heads·headSize]} as a kernel wants it, and waits for it. */
    synchronized void positionTable(
            CudaTensor table, int heads, int headSize, TableLayout layout, long address) {
        if ((long) layout.rows() * Integer.BYTES > BUFFER_BYTES) {
            throw new CudaException("A position table of " + layout.rows()
                    + " rows; on a GPU at most " + BUFFER_BYTES / Integer.BYTES
                    + " are possible. Use the CPU.");
        }
        table.stream().synchronize();
        transfers.upload(layout.sources(), floats.address());
        launch.of(KernelProgram.of("position_table.cu", type), "position_table", TABLE_THREADS)
                .grid(layout.rows(), 1, 1)
                .with(table.address())
                .with(floats.address())
                .with(heads)
                .with(headSize)
                .with(layout.width())
                .with(layout.swizzled() ? 1 : 0)
                .with(address)
                .run();
        stream.synchronize();
    }

    private void upload(Elements elements, long first, long count, long address) {
        transfers.upload(
                (from, target) ->
                        elements.copyTo(first + from / Float.BYTES, target.asFloatBuffer()),
                count * Float.BYTES,
                address);
    }

    private void convert(long count, long address) {
        launch.of(KernelProgram.of("convert.cu", type), "from_float", THREADS)
                .grid(Rounding.blocks(count, THREADS), 1, 1)
                .with(floats.address())
                .with(count)
                .with(address)
                .run();
    }

    @Override
    public void close() {
        stream.synchronize();
        floats.close();
        transfers.close();
        launch.close();
        stream.close();
    }
}
