package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Files of a directory. */
record DirectoryFiles(Path directory) implements ModelFiles {

    @Override
    public boolean has(String file) {
        return Files.isRegularFile(path(file));
    }

    @Override
    public @Nullable InputStream open(String file) throws IOException {
        Path path = path(file);
        return Files.isRegularFile(path) ? Files.newInputStream(path) : null;
    }

    @Override
    public @Nullable FileChannel channel(String file) throws IOException {
        Path path = path(file);
        return Files.isRegularFile(path) ? FileChannel.open(path, StandardOpenOption.READ) : null;
    }

    @Override
    public String describe(String file) {
        return path(file).toString();
    }

    @Override
    public String describe() {
        return "directory " + directory;
    }

    private Path path(String file) {
        try {
            return directory.resolve(file);
        } catch (InvalidPathException e) {
            throw new CheckpointException(
                    "'" + file + "' is not a file name on this system: " + e.getReason() + ".", e);
        }
    }
}
