package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuInit;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * This machine's libraries. Each binding finds its library through the system's loader or in the folders of a CUDA 13
 * installation; {@code org.bytedeco.javacpp.pathsFirst} is left as it is, since it would turn oneDNN to the system's as well.
 */
final class SystemLibraries implements CudaLibraries {

    private static final Pattern FILE =
            Pattern.compile("(lib[\\w+-]+\\.so(?:\\.\\d+)*): cannot open");
    private static final int NAME_BYTES = 256;

    /** Loading is tried once in a process: a class that failed to load never tells the reason again. */
    private static final class Missing {
        static final @Nullable String NAME = find();
    }

    @Override
    public @Nullable String missing() {
        return Missing.NAME;
    }

    private static @Nullable String find() {
        String name = load(cudart.class, "the CUDA driver or libcudart.so.13");
        if (name == null) {
            name = load(nvrtc.class, "libnvrtc.so.13");
        }
        return name != null ? name : load(cublas.class, "libcublasLt.so.13 or libcublas.so.13");
    }

    private static @Nullable String load(Class<?> binding, String likely) {
        try {
            Loader.load(binding);
            return null;
        } catch (LinkageError e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                Matcher matcher = FILE.matcher(String.valueOf(cause.getMessage()));
                if (matcher.find()) {
                    return matcher.group(1);
                }
            }
            return likely + " (" + e.getMessage() + ")";
        }
    }

    @Override
    public int initialize() {
        return cuInit(0);
    }

    @Override
    public int driverVersion() {
        int[] version = new int[1];
        Driver.check(cuDriverGetVersion(version), "tell the driver's version");
        return version[0];
    }

    @Override
    public int gpus() {
        int[] count = new int[1];
        Driver.check(cuDeviceGetCount(count), "tell the number of GPUs");
        return count[0];
    }

    @Override
    public Gpu gpu(int index) {
        int[] device = new int[1];
        Driver.check(cuDeviceGet(device, index), "find GPU " + index);
        byte[] name = new byte[NAME_BYTES];
        Driver.check(cuDeviceGetName(name, NAME_BYTES, device[0]), "tell its name");
        try (SizeTPointer memory = new SizeTPointer(1)) {
            Driver.check(cuDeviceTotalMem(memory, device[0]), "tell its memory");
            return new Gpu(
                    index,
                    text(name),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
                    memory.get());
        }
    }

    private static String text(byte[] zeroTerminated) {
        int end = 0;
        while (end < zeroTerminated.length && zeroTerminated[end] != 0) {
            end++;
        }
        return new String(zeroTerminated, 0, end, StandardCharsets.UTF_8);
    }

    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        Driver.check(cuDeviceGetAttribute(value, attribute, device), "tell its attributes");
        return value[0];
    }

    @Override
    public String errorName(int result) {
        return Driver.name(result);
    }
}
