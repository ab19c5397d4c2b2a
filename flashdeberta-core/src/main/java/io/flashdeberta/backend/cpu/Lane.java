package io.flashdeberta.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/** What one thread computes with: compiled primitives by shape, and scratch memory that grows to the largest need. */
final class Lane implements AutoCloseable {

    private static final int MAX_PRIMITIVES = 512;

    /** The purposes that need scratch at the same time. */
    enum Scratch {
        SCORES,
        CONTENT_TO_POSITION,
        POSITION_TO_CONTENT,
        ROW_TERMS,
        COLUMN_TERMS,
        OUTPUT,
        ROUNDED,
        PROBABILITIES
    }

    private final NativeMemory memory;
    private final dnnl_stream stream = new dnnl_stream();
    private final Map<Operation, Primitive> primitives = new LinkedHashMap<>(16, 0.75f, true);
    private NativeMemory.@Nullable Block negativeInfinity;
    private final Map<Scratch, NativeMemory.Block> scratch = new EnumMap<>(Scratch.class);

    Lane(NativeMemory memory) {
        this.memory = memory;
        OneDnn.check(
                dnnl_stream_create(stream, OneDnn.ENGINE, dnnl_stream_default_flags),
                "create a stream");
    }

    /** Executes an operation on the addresses that it documents. */
    void run(Operation operation, long... addresses) {
        Primitive primitive = primitives.get(operation);
        if (primitive == null) {
            primitive = operation.compile();
            primitives.put(operation, primitive);
            dropEldest();
        }
        primitive.execute(stream, addresses);
    }

    private void dropEldest() {
        if (primitives.size() > MAX_PRIMITIVES) {
            Operation eldest = primitives.keySet().iterator().next();
            Primitive dropped = primitives.remove(eldest);
            if (dropped != null) {
                dropped.close();
            }
        }
    }

    /** Native scratch for {@code floats} values, of undefined content. */
    long scratch(Scratch purpose, long floats) {
        NativeMemory.Block block = scratch.get(purpose);
        if (block == null || block.size() < 4 * floats) {
            if (block != null) {
                scratch.remove(purpose);
                block.close();
            }
            block = memory.allocateFloats(floats);
            scratch.put(purpose, block);
        }
        return block.address();
    }

    /** The address of {@code [rows, columns]} values in {@code type}: of themselves, or of a rounded copy. */
    long rounded(NumberType type, int rows, int columns, long values) {
        if (type == NumberType.FP32) {
            return values;
        }
        long rounded = scratch(Scratch.ROUNDED, (long) rows * columns);
        run(new Operation.Round(type, rows, columns), values, rounded);
        return rounded;
    }

    /** At least {@code count} times negative infinity. */
    long negativeInfinity(int count) {
        NativeMemory.Block block = negativeInfinity;
        if (block == null || block.size() < 4L * count) {
            block = memory.allocateFloats(count);
            negativeInfinity = block;
            FloatBuffer values = Address.floats(block.address(), count);
            while (values.hasRemaining()) {
                values.put(Float.NEGATIVE_INFINITY);
            }
        }
        return block.address();
    }

    @Override
    public void close() {
        if (negativeInfinity != null) {
            negativeInfinity.close();
        }
        primitives.values().forEach(Primitive::close);
        primitives.clear();
        scratch.values().forEach(NativeMemory.Block::close);
        scratch.clear();
        dnnl_stream_destroy(stream);
    }
}
