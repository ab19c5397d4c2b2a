package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** Starts kernels on one stream: {@code launch.of(program, function, threads).grid(…).with(…)….run()}. For one thread at a time. */
final class Launch implements AutoCloseable {

    private static final int MOST_ARGUMENTS = 32;
    private static final int LARGEST_GRID = 65_535;

    /** What a block may have without asking. */
    private static final int COMMON_SHARED = 48 << 10;

    private final Stream stream;
    private final Kernels kernels;
    private final Set<CUfunc_st> enlarged = Collections.newSetFromMap(new IdentityHashMap<>());
    private final LongPointer values = new LongPointer(MOST_ARGUMENTS);
    private final PointerPointer<Pointer> addresses = new PointerPointer<>(MOST_ARGUMENTS);
    private @Nullable CUfunc_st kernel;
    private int gridX;
    private int gridY;
    private int gridZ;
    private int threads;
    private int sharedBytes;
    private int arguments;

    Launch(Stream stream, Kernels kernels) {
        this.stream = stream;
        this.kernels = kernels;
    }

    /** @param threads threads of a block */
    Launch of(KernelProgram program, String function, int threads) {
        kernel = kernels.get(program, function);
        this.threads = threads;
        arguments = 0;
        sharedBytes = 0;
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

    /** Bytes of shared memory beside what the kernel declares. */
    Launch shared(int bytes) {
        sharedBytes = bytes;
        if (bytes > COMMON_SHARED && enlarged.add(kernel)) {
            Driver.check(
                    cuFuncSetAttribute(
                            kernel, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    "give a kernel shared memory");
        }
        return this;
    }

    /** A structure, by its value until {@link #run()}. */
    Launch with(Pointer structure) {
        addresses.put(arguments, structure);
        arguments++;
        return this;
    }

    /** An address, or a number of 64 bits. */
    Launch with(long value) {
        values.put(arguments, value);
        addresses.put(arguments, values.getPointer(arguments));
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
