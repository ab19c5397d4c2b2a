package io.flashdeberta.backend.cpu;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threading runtime inside oneDNN: switched off for our threads, since we divide the work among them ourselves. */
final class OpenMp {

    private static final Logger log = LoggerFactory.getLogger(OpenMp.class);
    private static final @Nullable Function SET_THREADS = find();

    private OpenMp() {}

    /** Makes oneDNN calls of the current thread run in that thread alone. */
    static void useOneThread() {
        if (SET_THREADS != null) {
            try {
                SET_THREADS.invokeVoid(new Object[] {1});
            } catch (RuntimeException | LinkageError e) {
                log.warn("oneDNN keeps its own threads beside ours, which slows both.", e);
            }
        }
    }

    private static @Nullable Function find() {
        Loader.load(dnnl.class);
        for (String library : new String[] {"gomp@.1", "iomp5", "omp", "vcomp140"}) {
            String path = Loader.getLoadedLibraries().get(library);
            try {
                return NativeLibrary.getInstance(path == null ? library : path)
                        .getFunction("omp_set_num_threads");
            } catch (LinkageError e) {
                log.trace("{}: {}", library, e.getMessage());
            }
        }
        log.debug("No OpenMP runtime found; oneDNN decides on its own threads.");
        return null;
    }
}
