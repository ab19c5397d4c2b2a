package io.flashdeberta.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {

    private static final byte[] ONE = {0, 0, (byte) 0x80, 0x3f};
    private static final byte[] TWO = {0, 0, 0, 0x40};

    @TempDir
    Path folder;

    @BeforeEach
    void writeConfig() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3", "sharded", "float16", "bfloat16"})
    void readsWhatTransformersWrote(String name) {
        try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/" + name)) {
            int hidden = checkpoint.json("config.json").path("hidden_size").intValue();
            Weights weights = checkpoint.weights();
            String bias = weights.names().stream()
                    .filter(n -> n.endsWith("encoder.layer.1.attention.self.query_proj.bias"))
                    .findFirst()
                    .orElseThrow();
            assertThat(weights.get(bias).shape()).containsExactly(hidden);
            assertThat(weights.get(bias).toFloats()).hasSize(hidden).doesNotContain(Float.NaN);
        }
    }

    @Test
    void gathersShards() throws IOException {
        Files.write(
                folder.resolve("model-1.safetensors"),
                Safetensors.tensor("a", DataType.F32, 1, ONE));
        Files.write(
                folder.resolve("model-2.safetensors"),
                Safetensors.tensor("b", DataType.F32, 1, TWO));
        writeIndex(
                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Weights weights = checkpoint.weights();
            assertThat(weights.names()).containsExactlyInAnyOrder("a", "b");
            assertThat(weights.get("a").toFloats()).containsExactly(1f);
            assertThat(weights.get("b").toFloats()).containsExactly(2f);
            assertThat(checkpoint.weights()).isSameAs(weights);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model.safetensors",
                "/model.safetensors",
                "a/model.safetensors",
                "..\\\\m",
                "..",
                ""
            })
    void refusesAShardOutsideTheFolder(String shard) throws IOException {
        writeIndex("{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        assertRefused("expected the plain name of a file");
    }

    @Test
    void refusesAnIndexThatDoesNotFitItsShards() throws IOException {
        Files.write(
                folder.resolve("model-1.safetensors"),
                Safetensors.tensor("a", DataType.F32, 1, ONE));

        writeIndex("{\"weight_map\": {\"b\": \"model-1.safetensors\"}}");
        assertRefused("places tensor 'b' in model-1.safetensors, which does not hold it");
        writeIndex(
                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
        assertRefused("lacks the shard " + folder.resolve("model-2.safetensors"));
        writeIndex("{\"weight_map\": {\"a\": 1}}");
        assertRefused("expected the plain name");
        writeIndex("{\"weight_map\": {}}");
        assertRefused("has no weight_map");
        writeIndex("{\"metadata\": {}}");
        assertRefused("has no weight_map");
        writeIndex("[");
        assertRefused("not valid JSON");
    }

    @Test
    void saysHowToConvertPickledWeights() throws IOException {
        assertRefused("has no weights in the directory " + folder);
        Files.write(folder.resolve("pytorch_model.bin"), ONE);
        assertRefused("safe_serialization=True");
    }

    @Test
    void namesTheNearestTensors() throws IOException {
        byte[] file = Safetensors.file("""
                {"deberta.encoder.layer.0.output.dense.bias":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},
                 "deberta.encoder.layer.1.output.dense.bias":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},
                 "classifier.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},
                 "classifier.bias":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},
                 "deberta.embeddings.word_embeddings.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""");
        try (Checkpoint checkpoint = Safetensors.checkpoint(folder, file)) {
            Weights weights = checkpoint.weights();
            assertThat(weights.contains("classifier.bias")).isTrue();
            assertThat(weights.contains("none")).isFalse();
            assertThatThrownBy(() -> weights.get("encoder.layer.1.output.dense.bias"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("no tensor 'encoder.layer.1.output.dense.bias'")
                    .hasMessageContaining(
                            "[deberta.encoder.layer.1.output.dense.bias, deberta.encoder.layer.0.output");
            assertThatThrownBy(() -> weights.names().clear())
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    private void writeIndex(String json) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private void assertRefused(String message) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(checkpoint::weights)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(message);
        }
    }
}
