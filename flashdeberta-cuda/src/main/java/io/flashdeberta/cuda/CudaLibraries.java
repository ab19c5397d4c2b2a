package io.flashdeberta.cuda;

import org.jspecify.annotations.Nullable;

/** What is asked of a machine before its GPU is used. */
interface CudaLibraries {

    /** Loads CUDA's libraries; the file name of the first that is not there, or null. */
    @Nullable
    String missing();

    /** The driver's answer to its initialisation, 0 for success. */
    int initialize();

    /** The newest CUDA version that the driver supports: 13010 for 13.1. */
    int driverVersion();

    int gpus();

    Gpu gpu(int index);

    /** CUDA's name of an error. */
    String errorName(int result);
}
