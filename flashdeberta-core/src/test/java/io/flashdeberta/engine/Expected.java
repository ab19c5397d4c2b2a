package io.flashdeberta.engine;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The committed checkpoints, and what transformers gives for whole texts with them. */
public final class Expected {

    /** float32 against float64, over scores of order one. */
    public static final Offset<Float> CLOSE = Offset.offset(1e-4f);

    /** The same input in different batches. */
    public static final Offset<Float> SAME = Offset.offset(1e-5f);

    private Expected() {}

    /** A checkpoint's folder. */
    public static Path checkpoint(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(Expected.class.getResource("/checkpoints/" + name), name)
                            .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The cases of one kind in a checkpoint's {@code tasks.json}. */
    public static List<JsonNode> cases(String checkpoint, String kind) {
        JsonNode tasks = new JsonMapper()
                .readTree(checkpoint(checkpoint).resolve("tasks.json").toFile());
        return list(tasks.required(kind));
    }

    public static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    public static List<String> texts(JsonNode array) {
        return list(array).stream().map(JsonNode::asString).toList();
    }

    public static float number(JsonNode node, String name) {
        return (float) node.required(name).asDouble();
    }

    public static String text(JsonNode node, String name) {
        return node.required(name).asString();
    }
}
