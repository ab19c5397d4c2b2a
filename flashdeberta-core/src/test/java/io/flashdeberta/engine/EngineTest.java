package io.flashdeberta.engine;

import static io.flashdeberta.engine.Expected.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.classify.DebertaClassifier;
import io.flashdeberta.model.SequenceHead;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What all tasks have from the engine, shown with the reranker. */
class EngineTest {

    private static final String QUERY = "Who repaired the bridge?";
    private static final List<String> DOCUMENTS =
            IntStream.range(0, 12).mapToObj("The bridge. "::repeat).toList();

    private static DebertaReranker.Builder builder() {
        return DebertaReranker.builder()
                .model(checkpoint("reranker"))
                .device("cpu")
                .threads(2)
                .batchTokens(64);
    }

    @Test
    void manyThreadsShareAModel() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (DebertaReranker reranker = builder().build()) {
            List<RerankResult> expected = reranker.rerank(QUERY, DOCUMENTS);
            List<Future<List<RerankResult>>> calls = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                calls.add(threads.submit(() -> reranker.rerank(QUERY, DOCUMENTS)));
            }
            for (Future<List<RerankResult>> call : calls) {
                assertThat(call.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closingWaitsForTheBatchThatIsRunning() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (DebertaReranker reranker = builder().build()) {
            List<RerankResult> expected = reranker.rerank(QUERY, DOCUMENTS);
            List<Future<List<RerankResult>>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(threads.submit(() -> reranker.rerank(QUERY, DOCUMENTS)));
            }
            calls.get(0).get();
            reranker.close();
            int refused = 0;
            for (Future<List<RerankResult>> call : calls) {
                try {
                    assertThat(call.get()).isEqualTo(expected);
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
                    refused++;
                }
            }
            assertThat(refused).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void sayWhatRunsWhere() {
        DebertaReranker reranker = builder().maxTokens(77).build();
        ModelStatus open = reranker.status();
        assertThat(open.model()).endsWith("reranker");
        assertThat(open.device()).containsIgnoringCase("cpu");
        assertThat(open.maxTokens()).isEqualTo(77);
        assertThat(open.open()).isTrue();
        reranker.close();
        assertThat(reranker.status().open()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> reranker.rerank(QUERY, List.of()));
    }

    @Test
    void remembersResults() {
        Map<ResultCache.Request, Object> results = new ConcurrentHashMap<>();
        ResultCache cache = new ResultCache() {
            @Override
            public Object find(Request request) {
                return results.get(request);
            }

            @Override
            public void store(Request request, Object result) {
                results.put(request, result);
            }
        };
        try (DebertaReranker reranker = builder().cache(cache).build();
                DebertaClassifier classifier = DebertaClassifier.builder()
                        .model(checkpoint("sequence-classification"))
                        .device("cpu")
                        .cache(cache)
                        .build()) {
            List<RerankResult> first = reranker.rerank(QUERY, DOCUMENTS);
            assertThat(reranker.rerank(QUERY, DOCUMENTS)).isSameAs(first);
            assertThat(reranker.rerank("Who?", DOCUMENTS)).isNotSameAs(first);
            assertThat(classifier.classify("a", "b").labels())
                    .isNotEqualTo(classifier.classify(List.of("a", "b")).get(0).labels());
            assertThat(results).hasSize(4);
        }
    }

    @Test
    void doesNotAnswerWithNumbersThatAreNone(@TempDir Path folder) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint("reranker"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        overwrite(folder.resolve("model.safetensors"), "classifier.bias", Float.NaN);
        try (DebertaReranker reranker = builder().model(folder).build()) {
            assertThatExceptionOfType(FlashDebertaException.class)
                    .isThrownBy(() -> reranker.rerank(QUERY, DOCUMENTS))
                    .withMessageContaining("gave NaN");
        }
    }

    private static void overwrite(Path file, String tensor, float value) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong(0));
        int offset = new JsonMapper()
                .readTree(bytes.array(), Long.BYTES, header)
                .required(tensor)
                .required("data_offsets")
                .get(0)
                .asInt();
        Files.write(file, bytes.putFloat(Long.BYTES + header + offset, value).array());
    }

    @Test
    void refusesWhatCannotBeOpened(@TempDir Path folder) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DebertaReranker.builder().build())
                .withMessageContaining("No model is named");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> builder().model(folder).build())
                .withMessageContaining("config.json");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(
                        () -> builder().model(checkpoint("question-answering")).build());
        assertThatExceptionOfType(DeviceUnavailableException.class)
                .isThrownBy(() -> builder().device("abacus").build());
    }

    @Test
    void aFailureWhileOpeningLeavesNothingOpen() {
        AtomicReference<Backend> backend = new AtomicReference<>();
        assertThatIllegalStateException()
                .isThrownBy(new FailingBuilder(backend)::build)
                .withMessageMatching("The head takes [1-9][0-9]* bytes, and fails\\.")
                .satisfies(failure -> assertThat(failure.getSuppressed()).isEmpty());
        assertThat(backend.get().allocatedBytes()).isZero();
    }

    /** Fails when the head's weights are on the device. */
    private static final class FailingBuilder
            extends ModelBuilder<DebertaReranker, FailingBuilder> {

        private FailingBuilder(AtomicReference<Backend> opened) {
            super((config, specialTokens, weights, backend) -> {
                opened.set(backend);
                SequenceHead.load(config, 1, weights, backend);
                throw new IllegalStateException(
                        "The head takes " + backend.allocatedBytes() + " bytes, and fails.");
            });
            model(checkpoint("reranker")).device("cpu");
        }

        @Override
        protected DebertaReranker build(Engine engine) {
            throw new AssertionError("This must not open.");
        }
    }

    @Test
    void refusesSenselessSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().maxTokens(4).build())
                .withMessage("maxTokens is 4; expected at least 5.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().batchTokens(0).build())
                .withMessageContaining("batchTokens is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().threads(0).build())
                .withMessageContaining("threads is 0");
    }
}
