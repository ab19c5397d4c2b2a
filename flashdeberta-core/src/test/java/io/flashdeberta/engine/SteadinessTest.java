package io.flashdeberta.engine;

import static io.flashdeberta.engine.Expected.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many calls at once, and many calls one after another. */
@Timeout(120)
class SteadinessTest {

    private static final String QUERY = "Who repaired the bridge?";

    private static DebertaReranker.Builder builder() {
        return DebertaReranker.builder().model(checkpoint("reranker")).device("cpu");
    }

    private static List<String> documents(int seed) {
        return IntStream.range(0, 1 + seed % 9)
                .mapToObj(i -> "The bridge over the river. ".repeat((seed * 7 + i * 5) % 23))
                .toList();
    }

    @Test
    void workersDoNotDisturbEachOther() {
        List<List<RerankResult>> expected = new ArrayList<>();
        try (DebertaReranker alone = builder().workers(1).threads(1).build()) {
            for (int i = 0; i < 60; i++) {
                expected.add(alone.rerank(QUERY, documents(i)));
            }
        }
        try (DebertaReranker shared =
                builder().workers(4).threads(3).batchTokens(300).build()) {
            List<CompletableFuture<List<RerankResult>>> calls = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                calls.add(shared.rerankAsync(QUERY, documents(i % 60)));
            }
            for (int i = 0; i < calls.size(); i++) {
                assertSame(calls.get(i).join(), expected.get(i % 60));
            }
        }
    }

    private static void assertSame(List<RerankResult> found, List<RerankResult> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (RerankResult result : found) {
            float logit = expected.stream()
                    .filter(other -> other.index() == result.index())
                    .findFirst()
                    .orElseThrow()
                    .logit();
            assertThat(result.logit()).isCloseTo(logit, Expected.SAME);
        }
    }

    @Test
    void shortRequestsLeaveNativeMemoryWhereItWas() {
        try (DebertaReranker reranker = builder().workers(1).threads(2).build()) {
            run(reranker, 500);
            long before = reranker.status().nativeBytes();
            run(reranker, 3000);
            assertThat(before).isPositive();
            assertThat(reranker.status().nativeBytes()).isEqualTo(before);
        }
    }

    private static void run(DebertaReranker reranker, int count) {
        for (int i = 0; i < count; i++) {
            reranker.rerank(QUERY, documents(i % 250));
        }
    }

    @Test
    void closingLeavesNoThread() throws Exception {
        DebertaReranker reranker = builder().workers(3).threads(2).build();
        reranker.rerank(QUERY, documents(8));
        reranker.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("flashdeberta-worker")) {
                thread.join(10_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }
}
