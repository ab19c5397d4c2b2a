package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** Starts kernels on one stream: {@code launch.of(kernel).grid(…).with(…)….run()}. For one thread at a time. */
final class Launch implements AutoCloseable {

    private static final int MOST_ARGUMENTS = 32;
    private static final int LARGEST_GRID = 65_535;

    private final Stream stream;
    private final LongPointer values = new LongPointer(MOST_ARGUMENTS);
    private final PointerPointer<Pointer> addresses = new PointerPointer<>(MOST_ARGUMENTS);
    private @Nullable CUfunc_st kernel;
    private int gridX;
    private int gridY;
    private int gridZ;
    private int threads;
    private int sharedBytes;
    private int arguments;

    Launch(Stream stream) {
        this.stream = stream;
    }

    /**
     * @param threads threads of a block
     * @param sharedBytes shared memory of a block beside what the kernel declares
     */
    Launch of(CUfunc_st kernel, int threads, int sharedBytes) {
        this.kernel = kernel;
        this.threads = threads;
        arguments = 0;
        this.sharedBytes = sharedBytes;
        return grid(1, 1, 1);
    }

    /** Blocks: any number along x, up to 65,535 along y and z. */
    Launch grid(long x, int y, int z) {
        if (y > LARGEST_GRID || z > LARGEST_GRID) {
            throw new IllegalArgumentException("A grid of " + x + " × " + y + " × " + z
                    + " blocks; at most " + LARGEST_GRID + " are possible along y and z.");
        }
        gridX = Math.toIntExact(x);
        gridY = y;
        gridZ = z;
        return this;
    }

    /** An address, or a number of 64 bits. */
    Launch with(long value) {
        values.put(arguments, value);
        addresses.put(arguments, values.getPointer(arguments));
        arguments++;
        return this;
    }

    /** A tensor map, which stays as it is until {@link #run} returns. */
    Launch with(TensorMap map) {
        addresses.put(arguments, map.pointer());
        arguments++;
        return this;
    }

    Launch with(int value) {
        return with(Integer.toUnsignedLong(value));
    }

    Launch with(float value) {
        return with(Float.floatToRawIntBits(value));
    }

    void run() {
        if (gridX == 0 || gridY == 0 || gridZ == 0) {
            return;
        }
        Driver.check(
                cuLaunchKernel(
                        kernel,
                        gridX,
                        gridY,
                        gridZ,
                        threads,
                        1,
                        1,
                        sharedBytes,
                        stream.handle(),
                        addresses,
                        null),
                "start a kernel");
    }

    @Override
    public void close() {
        values.close();
        addresses.close();
    }
}
