package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.BackendProvider;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.Precision;

/** Opens the CPU. */
public final class CpuBackendProvider implements BackendProvider {

    @Override
    public String device() {
        return "cpu";
    }

    @Override
    public int preference() {
        return 0;
    }

    @Override
    public Backend open(BackendOptions options) {
        if (options.deviceIndex() != 0) {
            throw new DeviceUnavailableException(
                    "There is one CPU device; write cpu instead of cpu:" + options.deviceIndex()
                            + ".",
                    null);
        }
        if (options.precision() == Precision.FP16) {
            throw new DeviceUnavailableException(
                    "The CPU computes in fp32, bf16 or int8, not in fp16; write one of these or auto, or use a GPU.",
                    null);
        }
        try {
            if (options.precision() == Precision.INT8 && !NumberType.hasInt8()) {
                throw new DeviceUnavailableException(
                        "This processor has no 8-bit products (VNNI), without which int8 is slower than fp32; write auto or"
                                + " fp32.",
                        null);
            }
            if (options.precision() == Precision.BF16 && !NumberType.hasBf16()) {
                throw new DeviceUnavailableException(
                        "This processor has no bf16 arithmetic (AVX-512 BF16 or AMX), without which bf16 is slower than"
                                + " fp32; write auto or fp32.",
                        null);
            }
            return new CpuBackend(options);
        } catch (LinkageError e) {
            throw new DeviceUnavailableException(
                    "oneDNN's native library cannot be loaded on " + System.getProperty("os.name")
                            + " "
                            + System.getProperty("os.arch") + ": " + e.getMessage()
                            + ". Is the jar org.bytedeco:dnnl with this platform's classifier on the class path?",
                    e);
        }
    }
}
