package io.flashdeberta.cuda;

import io.flashdeberta.backend.DeviceUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds a GPU, or says why it cannot be used and what to do. */
final class GpuCheck {

    private static final int CUDA_13 = 13_000;
    private static final int NO_DEVICE = 100;
    private static final int OLDEST_MAJOR = 7;
    private static final int OLDEST_MINOR = 5;

    private GpuCheck() {}

    /**
     * The GPU with a number.
     *
     * @throws DeviceUnavailableException if there is none that can be used
     */
    static Gpu require(CudaLibraries libraries, int index) {
        String missing = libraries.missing();
        if (missing != null) {
            throw missing.startsWith("libcuda.so") ? noDriver(missing) : noLibrary(missing);
        }
        int result = libraries.initialize();
        if (result == NO_DEVICE) {
            throw refusal(
                    "The NVIDIA driver finds no GPU. Is one there, and passed to this container"
                            + " (docker run --gpus all), and not hidden by CUDA_VISIBLE_DEVICES?");
        }
        int version = libraries.driverVersion();
        if (version < CUDA_13) {
            throw refusal("The NVIDIA driver is too old: it supports CUDA " + version / 1000 + "."
                    + version % 1000 / 10
                    + ", and CUDA 13.0 is needed. Update the driver to 580 or newer.");
        }
        if (result != 0) {
            throw refusal(
                    "The NVIDIA driver cannot be initialised: "
                            + libraries.errorName(result)
                            + ". Does nvidia-smi work, and do the driver's kernel module and library have the same version?");
        }
        return gpu(libraries, index);
    }

    private static Gpu gpu(CudaLibraries libraries, int index) {
        int count = libraries.gpus();
        if (index >= count) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                names.add("cuda:" + i + " (" + libraries.gpu(i).name() + ")");
            }
            throw refusal("There is no cuda:" + index + "; this machine has " + names + ".");
        }
        Gpu gpu = libraries.gpu(index);
        if (!gpu.atLeast(OLDEST_MAJOR, OLDEST_MINOR)) {
            throw refusal("The GPU " + gpu.name() + " is too old: it has compute capability "
                    + gpu.capability() + ", and " + OLDEST_MAJOR + "." + OLDEST_MINOR
                    + " (Turing, 2018) or newer is needed.");
        }
        return gpu;
    }

    private static DeviceUnavailableException noDriver(String file) {
        return refusal(
                "There is no NVIDIA driver: " + file
                        + " cannot be loaded. Install the driver, 580 or newer, or pass the GPU to this container (docker run --gpus all).");
    }

    private static DeviceUnavailableException noLibrary(@Nullable String file) {
        return refusal(
                "A CUDA 13 library is missing: " + file
                        + " cannot be loaded. Install CUDA 13 (the packages cuda-cudart-13-0, cuda-nvrtc-13-0 and libcublas-13-0 are enough),"
                        + " or put the jar org.bytedeco:cuda with the classifier linux-x86_64-redist or windows-x86_64-redist on the class path.");
    }

    private static DeviceUnavailableException refusal(String message) {
        return new DeviceUnavailableException(message, null);
    }
}
