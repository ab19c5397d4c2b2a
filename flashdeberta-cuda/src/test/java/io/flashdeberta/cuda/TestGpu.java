package io.flashdeberta.cuda;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.BackendProvider;

import java.util.Locale;

/** GPUs with poisoned memory, as devices that are named after the kernel for attention that they prefer. */
abstract class TestGpu implements BackendProvider {

    private final TestKernel kernel;

    private TestGpu(TestKernel kernel) {
        this.kernel = kernel;
    }

    /** Device {@code simt}. */
    public static final class Simt extends TestGpu {
        public Simt() {
            super(TestKernel.SIMT);
        }
    }

    /** Device {@code mma}. */
    public static final class Mma extends TestGpu {
        public Mma() {
            super(TestKernel.MMA);
        }
    }

    /** Device {@code hopper}. */
    public static final class Hopper extends TestGpu {
        public Hopper() {
            super(TestKernel.HOPPER);
        }
    }

    static Gpu gpu(int index) {
        return GpuCheck.require(new SystemLibraries(), index);
    }

    static CudaBackend open(BackendOptions options, TestKernel kernel) {
        return new CudaBackend(
                options, gpu(options.deviceIndex()), kernel::choose, PoisonedArena::new);
    }

    @Override
    public String device() {
        return kernel.name().toLowerCase(Locale.ROOT);
    }

    /** The last choice. */
    @Override
    public int preference() {
        return Integer.MIN_VALUE;
    }

    @Override
    public Backend open(BackendOptions options) {
        return open(options, kernel);
    }
}
