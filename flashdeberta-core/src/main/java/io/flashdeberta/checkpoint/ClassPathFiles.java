package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Resources below a class-path folder, seen by the thread's context class loader or else by ours. */
record ClassPathFiles(String folder) implements ModelFiles {

    @Override
    public boolean has(String file) {
        return find(file) != null;
    }

    @Override
    public @Nullable InputStream open(String file) throws IOException {
        URL url = find(file);
        return url == null ? null : url.openStream();
    }

    /** A jar entry cannot be mapped: it is copied to a temporary file, deleted when the channel is closed or earlier. */
    @Override
    public @Nullable FileChannel channel(String file) throws IOException {
        URL url = find(file);
        if (url == null) {
            return null;
        }
        if (url.getProtocol().equals("file")) {
            return FileChannel.open(Path.of(URI.create(url.toString())), StandardOpenOption.READ);
        }
        Path copy = Files.createTempFile("flashdeberta-", ".weights");
        try (InputStream in = url.openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return FileChannel.open(
                    copy, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(copy);
            throw new IOException("copying it to " + copy + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public String describe(String file) {
        return "classpath:" + folder + "/" + file;
    }

    @Override
    public String describe() {
        return "class path folder '" + folder + "'";
    }

    private @Nullable URL find(String file) {
        String resource = folder.isEmpty() ? file : folder + "/" + file;
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        URL url = context == null ? null : context.getResource(resource);
        return url != null ? url : ClassPathFiles.class.getClassLoader().getResource(resource);
    }
}
