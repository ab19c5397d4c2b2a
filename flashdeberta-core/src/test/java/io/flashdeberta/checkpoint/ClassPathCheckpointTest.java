package io.flashdeberta.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathCheckpointTest {

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @TempDir
    Path folder;

    private Path jar;

    @BeforeEach
    void makeJar() throws IOException {
        jar = folder.resolve("models.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            put(zip, "in/a/jar/config.json", "{}".getBytes());
            put(
                    zip,
                    "in/a/jar/model.safetensors",
                    Safetensors.tensor("t", DataType.F32, 1, new byte[] {0, 0, (byte) 0x80, 0x3f}));
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
    }

    @AfterEach
    void restoreLoader() {
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void readsWeightsInAJarAndLeavesNoCopyBehind() throws IOException {
        long copies = copies();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            Thread.currentThread().setContextClassLoader(loader);
            try (Checkpoint checkpoint = Checkpoint.open("classpath:/in/a/jar/")) {
                assertThat(checkpoint.name()).isEqualTo("classpath:/in/a/jar/");
                assertThat(checkpoint.json("config.json").isEmpty()).isTrue();
                assertThat(checkpoint.weights().get("t").toFloats()).containsExactly(1f);
                assertThat(checkpoint.weights().get("t").data().getFloat(0)).isEqualTo(1f);
            }
        }
        assertThat(copies()).isEqualTo(copies);
    }

    @Test
    void readsResourcesOfItsOwnLoaderWhenTheContextHasNone() {
        Thread.currentThread().setContextClassLoader(null);
        try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/v3")) {
            assertThat(checkpoint.json("config.json").path("model_type").stringValue())
                    .isEqualTo("deberta-v2");
            assertThat(checkpoint.weights().names()).isNotEmpty();
        }
    }

    private static long copies() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("flashdeberta-"))
                    .count();
        }
    }
}
