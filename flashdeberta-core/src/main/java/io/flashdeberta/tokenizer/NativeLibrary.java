package io.flashdeberta.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Utils;

import io.flashdeberta.FlashDebertaException;

/** Loads the native library of DJL's tokenizers from its jar. */
final class NativeLibrary {

    /** Where a GPU is found DJL would download a CUDA build unless this setting of its says otherwise. */
    private static final String FLAVOR = "RUST_FLAVOR";

    private NativeLibrary() {}

    static synchronized void load() {
        if (Utils.getEnvOrSystemProperty(FLAVOR) == null) {
            System.setProperty(FLAVOR, "cpu");
        }
        try {
            LibUtils.checkStatus();
        } catch (EngineException | LinkageError | AssertionError e) {
            throw new FlashDebertaException(
                    "The native tokenizer library could not be loaded on "
                            + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + rootMessage(e)
                            + ". It is there for Linux (x86_64, aarch64; glibc), macOS (aarch64) and Windows (x86_64), and is"
                            + " unpacked below " + Utils.getEngineCacheDir("tokenizers")
                            + ", which DJL_CACHE_DIR moves; that directory must be writable and allow execution.",
                    e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
