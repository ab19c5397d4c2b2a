package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.model.ReferenceCheckpoint;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model whose numbers are too large for fp16 gives right scores, warns once, and counts what it needs for that. */
@GpuTest
class OverflowTest {

    private static final String QUERY = "What is the capital of France?";
    private static final List<String> DOCUMENTS = List.of(
            "Paris is the capital of France.", "Berlin is in Germany.", "Bananas are yellow.");

    @TempDir
    Path folder;

    /** A feed-forward layer gives what fp16 has no numbers for, though all its weights are such; the norm behind it undoes that. */
    @BeforeEach
    void writeModel() throws Exception {
        Path original = ReferenceCheckpoint.all()
                .filter(path -> path.endsWith("reranker"))
                .findFirst()
                .orElseThrow();
        try (Stream<Path> files = Files.list(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        scale("deberta.encoder.layer.0.intermediate.dense.weight", 100);
        scale("deberta.encoder.layer.0.output.dense.weight", 50_000);
    }

    /** Scales a tensor so that its greatest number is {@code most}. */
    private void scale(String tensor, float most) throws IOException {
        Path file = folder.resolve("model.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong(0));
        JsonNode offsets = new JsonMapper()
                .readTree(bytes.array(), Long.BYTES, header)
                .required(tensor)
                .required("data_offsets");
        int from = Long.BYTES + header + offsets.get(0).asInt();
        int to = Long.BYTES + header + offsets.get(1).asInt();
        float greatest = 0;
        for (int at = from; at < to; at += Float.BYTES) {
            greatest = Math.max(greatest, Math.abs(bytes.getFloat(at)));
        }
        for (int at = from; at < to; at += Float.BYTES) {
            bytes.putFloat(at, bytes.getFloat(at) * most / greatest);
        }
        Files.write(file, bytes.array());
    }

    private DebertaReranker open(String device, Precision precision) {
        return DebertaReranker.builder()
                .model(folder)
                .device(device)
                .dtype(precision)
                .build();
    }

    private static double[] scores(DebertaReranker reranker) {
        double[] scores = new double[DOCUMENTS.size()];
        for (RerankResult result : reranker.rerank(QUERY, DOCUMENTS)) {
            scores[result.index()] = result.score();
        }
        return scores;
    }

    @Test
    void scoresAreRightAndTheWarningComesOnce() {
        double[] expected;
        try (DebertaReranker reranker = open("cuda", Precision.FP32)) {
            expected = scores(reranker);
        }
        Logger log = (Logger) LoggerFactory.getLogger("io.flashdeberta.engine.WiderModel");
        ListAppender<ILoggingEvent> warnings = new ListAppender<>();
        warnings.start();
        log.addAppender(warnings);
        try (DebertaReranker reranker = open("cuda", Precision.FP16)) {
            long before = reranker.status().nativeBytes();
            for (int n = 0; n < 3; n++) {
                double[] found = scores(reranker);
                for (int i = 0; i < found.length; i++) {
                    assertThat(found[i]).isCloseTo(expected[i], within(0.02));
                }
            }
            assertThat(reranker.status().nativeBytes()).isGreaterThan(before);
        } finally {
            log.detachAppender(warnings);
        }
        assertThat(warnings.list).singleElement().satisfies(warning -> {
            assertThat(warning.getLevel()).isEqualTo(Level.WARN);
            assertThat(warning.getFormattedMessage()).contains("beyond the range of", "fp16");
        });
    }
}
