package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A Hugging Face model folder: {@code config.json}, weights and tokenizer files, in a directory or on the class path.
 * Thread-safe.
 */
public final class Checkpoint implements AutoCloseable {

    private static final String CLASSPATH = "classpath:";
    private static final int MAX_FILE = 64 << 20;

    /** Files of which a model's folder, or one with a tokenizer alone, has at least one. */
    private static final List<String> MARKS =
            List.of("config.json", "gliner_config.json", "tokenizer.json", "spm.model");

    private final String name;
    private final ModelFiles files;
    private @Nullable Weights weights;
    private boolean closed;

    private Checkpoint(String name, ModelFiles files) {
        this.name = name;
        this.files = files;
        if (MARKS.stream().noneMatch(files::has)) {
            throw new CheckpointException(
                    "The model '" + name + "' has none of " + MARKS + " in the " + files.describe()
                            + "; expected the folder of a Hugging Face model with config.json, model.safetensors, tokenizer.json"
                            + " and tokenizer_config.json.");
        }
    }

    /**
     * Opens the checkpoint that a user named.
     *
     * @param model a directory, or {@code classpath:some/folder} for resources seen by the thread's context class loader
     * @throws CheckpointException when there is no such folder or it holds no model
     */
    public static Checkpoint open(String model) {
        if (model.startsWith(CLASSPATH)) {
            return new Checkpoint(model, new ClassPathFiles(classPathFolder(model)));
        }
        try {
            return open(model, Path.of(model));
        } catch (InvalidPathException e) {
            throw new CheckpointException(
                    "The model '" + model + "' is not a path on this system: " + e.getReason()
                            + ".",
                    e);
        }
    }

    /**
     * Opens the checkpoint in a directory.
     *
     * @throws CheckpointException when there is no such directory or it holds no model
     */
    public static Checkpoint open(Path directory) {
        return open(directory.toString(), directory);
    }

    private static Checkpoint open(String name, Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new CheckpointException(Missing.directory(name, directory));
        }
        return new Checkpoint(name, new DirectoryFiles(directory));
    }

    private static String classPathFolder(String model) {
        String folder = model.substring(CLASSPATH.length()).replaceAll("^/+|/+$", "");
        return folder.isEmpty() ? folder : FileNames.requireRelative(folder);
    }

    /** The model as the user named it. */
    public String name() {
        return name;
    }

    /**
     * A small file's bytes, empty when there is no such file.
     *
     * @param file a relative path within the folder, such as {@code config.json}
     * @throws CheckpointException when the file cannot be read or is larger than 64 MiB
     */
    public Optional<byte[]> read(String file) {
        requireOpen();
        try (InputStream in = files.open(FileNames.requireRelative(file))) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] bytes = in.readNBytes(MAX_FILE + 1);
            if (bytes.length > MAX_FILE) {
                throw new CheckpointException(files.describe(file)
                        + " is larger than 64 MiB, which no such file of a DeBERTa model is.");
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            throw new CheckpointException(
                    files.describe(file) + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * The content of a JSON file the model cannot do without.
     *
     * @throws CheckpointException when it is missing or malformed
     */
    public JsonNode json(String file) {
        return optionalJson(file)
                .orElseThrow(() -> new CheckpointException(
                        "The model '" + name + "' has no " + file + ": " + files.describe(file)
                                + " does not exist. Add the file from the model's origin."));
    }

    /**
     * The content of a JSON file, empty when there is no such file.
     *
     * @throws CheckpointException when it is malformed: not JSON, with a name twice in one object, or nested over 100 deep
     */
    public Optional<JsonNode> optionalJson(String file) {
        return read(file).map(bytes -> Json.parse(files.describe(file), bytes));
    }

    /**
     * The weights, opened at the first call: {@code model.safetensors}, or the shards that
     * {@code model.safetensors.index.json} names.
     *
     * @throws CheckpointException when they are missing, malformed or of a format not supported
     */
    public synchronized Weights weights() {
        requireOpen();
        Weights opened = weights;
        if (opened == null) {
            opened = new WeightsOpener(name, files).open();
            weights = opened;
        }
        return opened;
    }

    /** Closes the weights; afterwards they throw {@link IllegalStateException}. Closing again has no effect. */
    @Override
    public synchronized void close() {
        closed = true;
        if (weights != null) {
            weights.close();
        }
    }

    private synchronized void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The checkpoint '" + name + "' is closed.");
        }
    }
}
