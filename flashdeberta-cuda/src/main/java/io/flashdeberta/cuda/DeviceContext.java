package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRelease;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;

import org.bytedeco.cuda.cudart.CUctx_st;

/** A share in a GPU's primary context. The driver works on what is current on the calling thread: {@link #use()} first. */
final class DeviceContext implements AutoCloseable {

    private final Gpu gpu;
    private final CUctx_st context = new CUctx_st();
    private boolean closed;

    DeviceContext(Gpu gpu) {
        this.gpu = gpu;
        Driver.check(cuDevicePrimaryCtxRetain(context, gpu.index()), "open " + gpu.name());
    }

    Gpu gpu() {
        return gpu;
    }

    void use() {
        Driver.check(cuCtxSetCurrent(context), "use " + gpu.name());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Driver.check(cuDevicePrimaryCtxRelease(gpu.index()), "leave " + gpu.name());
        }
    }
}
