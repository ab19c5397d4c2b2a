package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernelEx;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUlaunchAttribute;
import org.bytedeco.cuda.cudart.CUlaunchConfig;
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

    private final Kernels kernels;
    private final CUlaunchAttribute early = new CUlaunchAttribute();
    private final CUlaunchConfig config = new CUlaunchConfig();
    private final Set<CUfunc_st> enlarged = Collections.newSetFromMap(new IdentityHashMap<>());
    private final LongPointer values = new LongPointer(MOST_ARGUMENTS);
    private final PointerPointer<Pointer> addresses = new PointerPointer<>(MOST_ARGUMENTS);
    private @Nullable CUfunc_st kernel;
    private int arguments;

    Launch(Stream stream, Kernels kernels) {
        this.kernels = kernels;
        early.id(CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION);
        early.value().programmaticStreamSerializationAllowed(1);
        config.hStream(stream.handle()).attrs(early).blockDimY(1).blockDimZ(1);
    }

    /** @param threads threads of a block */
    Launch of(KernelProgram program, String function, int threads) {
        kernel = kernels.get(program, function);
        config.blockDimX(threads).sharedMemBytes(0).numAttrs(0);
        arguments = 0;
        return grid(1, 1, 1);
    }

    /** Blocks: any number along x, up to 65,535 along y and z. */
    Launch grid(long x, int y, int z) {
        if (y > LARGEST_GRID || z > LARGEST_GRID) {
            throw new IllegalArgumentException("A grid of " + x + " × " + y + " × " + z
                    + " blocks; at most " + LARGEST_GRID + " are possible along y and z.");
        }
        config.gridDimX(Math.toIntExact(x)).gridDimY(y).gridDimZ(z);
        return this;
    }

    /** Bytes of shared memory beside what the kernel declares. */
    Launch shared(int bytes) {
        config.sharedMemBytes(bytes);
        if (bytes > COMMON_SHARED && enlarged.add(kernel)) {
            Driver.check(
                    cuFuncSetAttribute(
                            kernel, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    "give a kernel shared memory");
        }
        return this;
    }

    /** Lets blocks begin where there is room while the kernel before still runs, if that admits it; what of it they need they await. */
    Launch early() {
        config.numAttrs(1);
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
        if (config.gridDimX() == 0 || config.gridDimY() == 0 || config.gridDimZ() == 0) {
            return;
        }
        Driver.check(cuLaunchKernelEx(config, kernel, addresses, null), "start a kernel");
    }

    @Override
    public void close() {
        config.close();
        early.close();
        values.close();
        addresses.close();
    }
}
