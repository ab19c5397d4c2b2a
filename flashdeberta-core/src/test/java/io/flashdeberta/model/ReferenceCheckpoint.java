package io.flashdeberta.model;

import io.flashdeberta.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small checkpoint made by transformers, with token ids and the outputs that it computed for them in float64. */
public final class ReferenceCheckpoint implements AutoCloseable {

    /** Token ids of one input and the rows for which token outputs are stored. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Case(String name, int[] ids, int[] typeIds, int[] rows) {}

    private static final String FOLDER = "flashdeberta.checkpoints";

    private final Checkpoint checkpoint;
    private final ByteBuffer expected;
    private final JsonNode header;
    private final int dataStart;
    private final Path folder;

    public ReferenceCheckpoint(Path folder) {
        this.folder = folder;
        this.checkpoint = Checkpoint.open(folder);
        this.expected = ByteBuffer.wrap(readAll(folder.resolve("expected.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int headerSize = Math.toIntExact(expected.getLong(0));
        this.header = new JsonMapper().readTree(expected.array(), Long.BYTES, headerSize);
        this.dataStart = Long.BYTES + headerSize;
    }

    /** The committed checkpoints, by name, or those in the folder that the system property {@value #FOLDER} names. */
    public static Stream<Path> all() throws IOException, URISyntaxException {
        String other = System.getProperty(FOLDER);
        Path root = other != null
                ? Path.of(other)
                : Path.of(ReferenceCheckpoint.class.getResource("/checkpoints").toURI());
        try (Stream<Path> folders = Files.list(root)) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("expected.safetensors")))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    public Checkpoint checkpoint() {
        return checkpoint;
    }

    public List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : checkpoint.json("cases.json").get("cases")) {
            cases.add(new Case(
                    node.get("name").asString(),
                    integers(node.get("ids")),
                    integers(node.get("typeIds")),
                    integers(node.get("rows"))));
        }
        return cases;
    }

    public List<String> outputs() {
        List<String> outputs = new ArrayList<>();
        checkpoint.json("cases.json").get("outputs").forEach(node -> outputs.add(node.asString()));
        return outputs;
    }

    public double[] expected(Case input, String output) {
        JsonNode offsets = header.get(input.name() + "/" + output).get("data_offsets");
        int from = dataStart + offsets.get(0).asInt();
        double[] values =
                new double[(offsets.get(1).asInt() - offsets.get(0).asInt()) / Double.BYTES];
        expected.slice(from, values.length * Double.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asDoubleBuffer()
                .get(values);
        return values;
    }

    private static int[] integers(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static byte[] readAll(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
