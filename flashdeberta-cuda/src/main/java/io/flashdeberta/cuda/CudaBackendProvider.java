package io.flashdeberta.cuda;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.BackendProvider;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.OutOfDeviceMemoryException;
import io.flashdeberta.backend.Precision;

/** Opens NVIDIA GPUs. */
public final class CudaBackendProvider implements BackendProvider {

    private static final int PREFERENCE = 10;

    private final CudaLibraries libraries;

    /** For {@link java.util.ServiceLoader}. */
    public CudaBackendProvider() {
        this(new SystemLibraries());
    }

    CudaBackendProvider(CudaLibraries libraries) {
        this.libraries = libraries;
    }

    @Override
    public String device() {
        return "cuda";
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Backend open(BackendOptions options) {
        if (options.precision() == Precision.INT8) {
            throw new DeviceUnavailableException(
                    "A GPU computes in fp16, bf16 or fp32, not in int8; write one of these or auto, or use the CPU.",
                    null);
        }
        Gpu gpu = GpuCheck.require(libraries, options.deviceIndex());
        try {
            return new CudaBackend(options, gpu);
        } catch (OutOfDeviceMemoryException e) {
            throw new DeviceUnavailableException(
                    "The memory of " + gpu.name() + " is in use: " + e.getMessage(), e);
        } catch (CudaException e) {
            throw new DeviceUnavailableException(
                    gpu.name() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
