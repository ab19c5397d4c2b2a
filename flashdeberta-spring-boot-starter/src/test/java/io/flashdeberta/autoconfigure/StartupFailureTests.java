package io.flashdeberta.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.flashdeberta.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** What an application prints that cannot start. */
@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

    @ParameterizedTest
    @CsvSource({
        "flashdeberta.workers, 0",
        "flashdeberta.threads, 0",
        "flashdeberta.queue-tokens, 0",
        "flashdeberta.timeout, 0s",
        "flashdeberta.cuda.memory-limit, 0B",
        "flashdeberta.batch-tokens, -5",
        "flashdeberta.cache.maximum-size, 0",
        "flashdeberta.cache.expire-after, 0s",
        "flashdeberta.reranker.top-n, -1",
        "flashdeberta.reranker.min-score, NaN",
        "flashdeberta.reranker.keep-at-least, -1",
        "flashdeberta.reranker.max-tokens, 2",
        "flashdeberta.ner.threshold, 1.5",
        "flashdeberta.ner.max-tokens, 2",
        "flashdeberta.classifier.max-tokens, 2",
        "flashdeberta.classifier.truncation, window",
    })
    void anImpossibleSettingIsNamed(String property, String value, CapturedOutput output) {
        start(property + "=" + value);
        assertThat(output)
                .contains(
                        "APPLICATION FAILED TO START",
                        "The property '" + property + "' is set to",
                        "commandLineArgs")
                .containsAnyOf("Write a number", "Write a duration", "Write error or truncate");
    }

    @Test
    void anUnknownEnumValueIsNamed(CapturedOutput output) {
        start("flashdeberta.ner.aggregation=medium");
        assertThat(output).contains("flashdeberta.ner.aggregation", "medium", "AVERAGE");
    }

    @Test
    void anUnknownDeviceIsNamed(CapturedOutput output) {
        start("flashdeberta.reranker.model=" + TestModels.RERANKER, "flashdeberta.device=tpu");
        assertThat(output)
                .contains("The property 'flashdeberta.device' is set to 'tpu'", "auto or cpu");
    }

    @Test
    void aTypeThatTheCpuLacksIsNamed(CapturedOutput output) {
        start(
                "flashdeberta.reranker.model=" + TestModels.RERANKER,
                "flashdeberta.device=cpu",
                "flashdeberta.dtype=fp16");
        assertThat(output)
                .contains("The property 'flashdeberta.dtype' is set to 'fp16'", "not in fp16");
    }

    @ParameterizedTest
    @CsvSource({"reranker", "ner", "classifier"})
    void aMissingModelIsNamed(String task, CapturedOutput output) {
        start("flashdeberta." + task + ".model=no/such/folder");
        assertThat(output)
                .contains(
                        "The property 'flashdeberta." + task + ".model' is set to 'no/such/folder'",
                        "Name a directory that holds a Hugging Face model");
    }

    @Test
    void aMissingModelOnTheClassPathIsNamed(CapturedOutput output) {
        start("flashdeberta.ner.model=classpath:no/such/folder");
        assertThat(output)
                .contains(
                        "The property 'flashdeberta.ner.model' is set to 'classpath:no/such/folder'");
    }

    @Test
    void aBlankModelIsNamed(CapturedOutput output) {
        start("flashdeberta.ner.model=");
        assertThat(output)
                .contains("The property 'flashdeberta.ner.model' is set to ''", "Name a directory");
    }

    @Test
    void aBrokenModelIsNamed(@TempDir Path folder, CapturedOutput output) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(TestModels.RERANKER))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path weights = folder.resolve("model.safetensors");
        Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), 1000));
        start("flashdeberta.reranker.model=" + folder);
        assertThat(output)
                .contains(
                        "The property 'flashdeberta.reranker.model' is set to",
                        "model.safetensors");
    }

    @Test
    void aModelForAnotherTaskIsNamed(CapturedOutput output) {
        start("flashdeberta.reranker.model=" + TestModels.CLASSIFIER);
        assertThat(output)
                .contains(
                        "The property 'flashdeberta.reranker.model' is set to",
                        "DebertaClassifier");
    }

    @Test
    void anUnknownLabelIsNamed(CapturedOutput output) {
        start("flashdeberta.ner.model=" + TestModels.NER, "flashdeberta.ner.labels=PER,PERSON");
        assertThat(output)
                .contains(
                        "The property 'flashdeberta.ner.labels' is set to '[PER, PERSON]'",
                        "has no label 'PERSON'",
                        "[PER, LOC, ORG]");
    }

    private static void start(String... properties) {
        String[] arguments =
                Stream.of(properties).map(property -> "--" + property).toArray(String[]::new);
        assertThatException().isThrownBy(() -> SpringApplication.run(Application.class, arguments));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
