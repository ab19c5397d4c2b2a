package io.flashdeberta.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

    @TempDir
    Path folder;

    @Test
    void readsADirectory() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 32}");
        Files.createDirectory(folder.resolve("encoder"));
        Files.writeString(folder.resolve("encoder/config.json"), "[]");

        try (Checkpoint checkpoint = Checkpoint.open(folder.toString())) {
            assertThat(checkpoint.name()).isEqualTo(folder.toString());
            assertThat(checkpoint.json("config.json").get("hidden_size").intValue())
                    .isEqualTo(32);
            assertThat(checkpoint.json("encoder/config.json").isArray()).isTrue();
            assertThat(checkpoint.optionalJson("none.json")).isEmpty();
            assertThat(checkpoint.read("encoder")).isEmpty();
        }
    }

    @Test
    void namesWhatAJsonFileLacks() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"a\": 1,\n \"a\": 2}");
        Files.writeString(folder.resolve("empty.json"), "");
        Files.writeString(folder.resolve("cut.json"), "{\"a\": ");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> checkpoint.json("config.json"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(folder.resolve("config.json").toString())
                    .hasMessageContaining("Duplicate")
                    .hasMessageContaining("line 2");
            assertThatThrownBy(() -> checkpoint.json("empty.json"))
                    .hasMessageContaining("is empty");
            assertThatThrownBy(() -> checkpoint.json("cut.json"))
                    .hasMessageContaining("is not valid JSON");
            assertThatThrownBy(() -> checkpoint.json("none.json"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has no none.json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../config.json",
                "/etc/passwd",
                "a/../../b",
                "a\\b",
                "C:x",
                "",
                ".",
                "a//b",
                "a\0b"
            })
    void staysInsideTheFolder(String file) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> checkpoint.read(file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("not a path within a model folder");
        }
    }

    @Test
    void refusesAFileTooLargeToRead() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("large.json").toFile(), "rw")) {
            file.setLength((64 << 20) + 1);
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> checkpoint.read("large.json"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("larger than 64 MiB");
        }
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoModel() throws IOException {
        Path file = Files.writeString(folder.resolve("model.txt"), "");

        assertThatThrownBy(() -> Checkpoint.open("no/such/place"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no directory " + Path.of("no/such/place").toAbsolutePath());
        assertThatThrownBy(() -> Checkpoint.open("mixedbread-ai/mxbai-rerank-base-v1"))
                .hasMessageContaining("hf download mixedbread-ai/mxbai-rerank-base-v1");
        assertThatThrownBy(() -> Checkpoint.open(file)).hasMessageContaining("is a file");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .hasMessageContaining("has none of [config.json");
        assertThatThrownBy(() -> Checkpoint.open("a\0b")).isInstanceOf(CheckpointException.class);
        assertThatThrownBy(() -> Checkpoint.open("classpath:no/such/place"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("classpath:no/such/place");
        assertThatThrownBy(() -> Checkpoint.open("classpath:../place"))
                .isInstanceOf(CheckpointException.class);
    }

    @Test
    void throwsAfterClose() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Checkpoint checkpoint = Checkpoint.open(folder);
        checkpoint.close();
        checkpoint.close();

        assertThatThrownBy(() -> checkpoint.read("config.json"))
                .isInstanceOf(IllegalStateException.class);
    }
}
