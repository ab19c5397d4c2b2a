package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** A read-only folder of files, named by relative paths with {@code /}. */
interface ModelFiles {

    /** Whether the file exists. */
    boolean has(String file);

    /** The file's bytes, or null when there is no such file. */
    @Nullable
    InputStream open(String file) throws IOException;

    /** The file for random access, or null when there is no such file. */
    @Nullable
    FileChannel channel(String file) throws IOException;

    /** The file's place in words a user can act on. */
    String describe(String file);

    /** The folder's place in words a user can act on. */
    String describe();
}
