package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How calls wait, end, and get out of each other's way. */
@Timeout(60)
class CallsTest {

    private static final String TEXT = "The bridge.";

    private static String[] times(int count, String text) {
        return Collections.nCopies(count, text).toArray(String[]::new);
    }

    @Test
    void futuresGiveWhatCallsGive() {
        try (GatedTask task = GatedTask.small().build()) {
            List<Float> expected = task.score(TEXT, "", "Rye bread keeps.");
            assertThat(task.scoreAsync(TEXT, "", "Rye bread keeps.").join()).isEqualTo(expected);
            assertThat(task.scoreAsync().join()).isEmpty();
        }
    }

    @Test
    void whatFollowsAFutureDoesNotHoldUpAWorker() {
        try (GatedTask task = GatedTask.small().build()) {
            AtomicReference<String> thread = new AtomicReference<>();
            CompletableFuture<List<Float>> first = task.scoreAsync(TEXT);
            CompletableFuture<List<Float>> following = first.thenApply(scores -> {
                thread.set(Thread.currentThread().getName());
                return task.score("Another call, from what follows.");
            });
            assertThat(following.join()).hasSize(1);
            assertThat(thread.get()).doesNotContain("flashdeberta-worker", "flashdeberta-cpu");
        }
    }

    @Test
    void cancellingTakesBackWhatWaits() {
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
            task.gate().await(1);
            CompletableFuture<List<Float>> waiting = task.scoreAsync(TEXT, TEXT);
            assertThat(task.status().waitingSequences()).isEqualTo(2);
            assertThat(task.status().waitingTokens()).isPositive();
            waiting.cancel(true);
            assertThat(task.status().waitingSequences()).isZero();
            assertThat(task.status().waitingTokens()).isZero();
            task.gate().open();
            assertThat(running.join()).hasSize(1);
            assertThat(task.gate().batches()).isZero();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(waiting::join);
        }
    }

    @Test
    void aFullQueueIsToldAtOnce() {
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
            task.gate().await(1);
            List<CompletableFuture<List<Float>>> waiting = Stream.generate(
                            () -> task.scoreAsync(TEXT, TEXT))
                    .takeWhile(call -> !call.isCompletedExceptionally())
                    .limit(1000)
                    .toList();
            assertThat(waiting).hasSizeBetween(8, 100);
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> task.score(TEXT, TEXT))
                    .withMessageContaining("at most 256 may wait");
            task.gate().open();
            assertThat(running.join()).hasSize(1);
            assertThat(waiting).allSatisfy(call -> assertThat(call.join()).hasSize(2));
        }
    }

    @Test
    void aCallOfAnySizeGoesSliceBySlice() {
        try (GatedTask task = GatedTask.small().build()) {
            List<Float> one = task.score(TEXT);
            List<Float> many = task.score(times(5000, TEXT));
            assertThat(many)
                    .hasSize(5000)
                    .allSatisfy(score -> assertThat(score).isCloseTo(one.get(0), Expected.SAME));
            assertThat(task.scoreAsync(times(5000, TEXT)).join()).hasSize(5000);
        }
    }

    @Test
    void resultsHaveTheOrderOfTheTexts() {
        List<String> texts = IntStream.range(0, 200)
                .mapToObj(i -> "The bridge. ".repeat(1 + i * 37 % 11))
                .toList();
        try (GatedTask task = GatedTask.small().build()) {
            List<Float> scores = task.score(texts.toArray(String[]::new));
            assertThat(Set.copyOf(scores)).hasSizeGreaterThan(10);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(scores.get(i)).isCloseTo(task.score(texts.get(i)).get(0), Expected.SAME);
            }
        }
    }

    @Test
    void aSliceIsBoundedByTheQueue() {
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
            task.gate().await(1);
            CompletableFuture<List<Float>> many = task.scoreAsync(times(5000, TEXT));
            assertThat(task.status().waitingTokens()).isBetween(1L, 64L);
            many.cancel(false);
            assertThat(task.status().waitingTokens()).isZero();
            task.gate().open();
            assertThat(running.join()).hasSize(1);
        }
    }

    @Test
    void theFirstSliceIsSmallWhereNothingWaits() {
        String[] texts = times(2000, "The bridge over the long river.");
        try (GatedTask task =
                GatedTask.small().batchTokens(1).queueTokens(1 << 20).build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> idle = task.scoreAsync(texts);
            task.gate().await(1);
            int smallAndWhole = task.status().waitingSequences();
            CompletableFuture<List<Float>> busy = task.scoreAsync(texts);
            int twoWhole = task.status().waitingSequences() - smallAndWhole;
            assertThat(smallAndWhole).isBetween(600, twoWhole * 2 / 3);
            assertThat(twoWhole).isBetween(1000, 1100);
            idle.cancel(false);
            busy.cancel(false);
            task.gate().open();
        }
    }

    @Test
    void aSliceIsTokenizedWhileTheOneBeforeItIsUnderWay() {
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
            task.gate().await(1);
            CompletableFuture<List<Float>> call = task.scoreAsync(times(9, TEXT));
            assertThat(task.status().waitingSequences()).isEqualTo(6);
            task.gate().open();
            assertThat(call.join()).hasSize(9);
            assertThat(running.join()).hasSize(1);
        }
    }

    @Test
    void aFailingSliceTakesBackTheOneThatWaits() {
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
            task.gate().await(1);
            CompletableFuture<List<Float>> call =
                    task.scoreAsync(TEXT, TEXT, TEXT, "word ".repeat(2000));
            assertThatThrownBy(call::join).hasCauseInstanceOf(InputTooLongException.class);
            assertThat(task.status().waitingSequences()).isZero();
            task.gate().open();
            assertThat(running.join()).hasSize(1);
        }
    }

    @Test
    void aDeadlinePasses() {
        try (GatedTask task = GatedTask.small().timeout(Duration.ofMillis(1)).build()) {
            task.gate().shut();
            assertThatExceptionOfType(DeadlineExceededException.class)
                    .isThrownBy(() -> task.score(TEXT))
                    .withMessageContaining("after 1 ms")
                    .satisfies(e -> assertThat(e.timeout()).isEqualTo(Duration.ofMillis(1)));
            CompletableFuture<List<Float>> waiting = task.scoreAsync(TEXT, TEXT);
            assertThatThrownBy(waiting::join).hasCauseInstanceOf(DeadlineExceededException.class);
            assertThat(task.status().waitingTokens()).isZero();
            task.gate().open();
            assertThat(task.withTimeout(Duration.ofDays(1)).score(TEXT)).hasSize(1);
        }
    }

    @Test
    void oneCallCanHaveADeadlineOfItsOwn() {
        try (GatedTask task = GatedTask.small().build()) {
            GatedTask hurried = task.withTimeout(Duration.ofNanos(1));
            task.gate().shut();
            CompletableFuture<List<Float>> patient = task.scoreAsync(TEXT);
            assertThatExceptionOfType(DeadlineExceededException.class)
                    .isThrownBy(() -> hurried.score(TEXT));
            task.gate().open();
            assertThat(patient.join()).hasSize(1);
            assertThat(task.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)).score(TEXT))
                    .hasSize(1);
        }
    }

    @Test
    void aSenselessTimeoutIsRefused() {
        try (GatedTask task = GatedTask.small().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> task.withTimeout(Duration.ZERO))
                    .withMessage("timeout is PT0S; expected a time above zero.");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> GatedTask.small().timeout(Duration.ofSeconds(-1)).build());
    }

    @Test
    void anInterruptedCallerGetsOutAndTakesItsWorkBack() throws Exception {
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
            task.gate().await(1);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    task.score(TEXT, TEXT, TEXT);
                } catch (CallInterruptedException e) {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
            caller.join();
            assertThat(task.status().waitingSequences()).isZero();
            task.gate().open();
            assertThat(running.join()).hasSize(1);
        }
    }

    @Test
    void closingFailsWhatWaits() {
        GatedTask task = GatedTask.small().build();
        task.gate().shut();
        CompletableFuture<List<Float>> running = task.scoreAsync(TEXT);
        task.gate().await(1);
        CompletableFuture<List<Float>> waiting = task.scoreAsync(TEXT, TEXT);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(task::close);
        assertThatThrownBy(waiting::join)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThat(closing).isNotDone();
        task.gate().open();
        assertThat(running.join()).hasSize(1);
        closing.join();
        assertThat(task.status().open()).isFalse();
        assertThat(task.status().nativeBytes()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> task.score(TEXT));
        assertThat(task.scoreAsync(TEXT)).isCompletedExceptionally();
        assertThatIllegalStateException()
                .isThrownBy(() -> task.withTimeout(Duration.ofSeconds(1)).score(TEXT));
    }

    @Test
    void equalCallsAtTheSameTimeAreComputedOnce() {
        RememberingCache cache = new RememberingCache();
        try (GatedTask task = GatedTask.small().cache(cache).build()) {
            task.gate().shut();
            List<CompletableFuture<List<Float>>> calls =
                    List.of(task.scoreAsync(TEXT), task.scoreAsync(TEXT), task.scoreAsync(TEXT));
            CompletableFuture<List<Float>> other = task.scoreAsync("Another text.");
            task.gate().await(1);
            calls.get(0).cancel(true);
            calls.get(2).cancel(true);
            task.gate().open();
            List<Float> scores = calls.get(1).join();
            other.join();
            assertThat(task.score(TEXT)).isSameAs(scores);
            assertThat(cache.stored.get()).isEqualTo(2);
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> calls.get(0).join());
        }
    }

    @Test
    void aSharedCallIsTakenBackWhenAllHaveGone() {
        try (GatedTask task = GatedTask.small().cache(new RememberingCache()).build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> running = task.scoreAsync("Another text.");
            task.gate().await(1);
            CompletableFuture<List<Float>> first = task.scoreAsync(TEXT);
            CompletableFuture<List<Float>> second =
                    task.withTimeout(Duration.ofDays(1)).scoreAsync(TEXT);
            assertThat(task.status().waitingSequences()).isEqualTo(1);
            first.cancel(true);
            assertThat(task.status().waitingSequences()).isEqualTo(1);
            second.cancel(true);
            assertThat(task.status().waitingSequences()).isZero();
            CompletableFuture<List<Float>> third = task.scoreAsync(TEXT);
            task.gate().open();
            assertThat(third.join()).hasSize(1);
            assertThat(running.join()).hasSize(1);
        }
    }

    @Test
    void aFailureIsNotRemembered() {
        RememberingCache cache = new RememberingCache();
        try (GatedTask task = GatedTask.small().maxTokens(8).cache(cache).build()) {
            String tooLong = "The bridge. ".repeat(20);
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(InputTooLongException.class)
                        .isThrownBy(() -> task.score(TEXT, tooLong, TEXT, TEXT))
                        .withMessageContaining("at index 1");
            }
            assertThat(cache.stored.get()).isZero();
        }
    }

    @Test
    void aFailingCacheFailsTheCall() {
        ResultCache broken = new ResultCache() {
            @Override
            public Object find(Request request) {
                return null;
            }

            @Override
            public void store(Request request, Object result) {
                throw new IllegalStateException("disk full");
            }
        };
        try (GatedTask task = GatedTask.small().cache(broken).build()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> task.score(TEXT))
                    .withMessage("disk full");
        }
    }

    @Test
    void aWaitingCallerRunsNothingOfOthers() throws Exception {
        ForkJoinPool pool = new ForkJoinPool(1);
        try (GatedTask task = GatedTask.small().build()) {
            task.gate().shut();
            AtomicReference<Thread> ranWhileWaiting = new AtomicReference<>();
            CompletableFuture<Boolean> call = CompletableFuture.supplyAsync(
                    () -> {
                        task.score(TEXT);
                        return ranWhileWaiting.get() == Thread.currentThread();
                    },
                    pool);
            task.gate().await(1);
            CompletableFuture<Void> other = CompletableFuture.runAsync(
                    () -> ranWhileWaiting.set(Thread.currentThread()), pool);
            task.gate().open();
            assertThat(call.get()).isFalse();
            other.get();
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void theObserverIsTold() {
        RecordingObserver observer = new RecordingObserver();
        try (GatedTask task = GatedTask.small().observer(observer).build()) {
            task.score(times(10, TEXT));
            assertThat(observer.texts.get()).isEqualTo(10);
            assertThat(observer.sequences.get()).isEqualTo(10);
            assertThat(observer.tokens.get()).isGreaterThan(20);
            assertThat(observer.requests.get()).isPositive();
            assertThat(observer.failures).isEmpty();
            task.gate().shut();
            CompletableFuture<List<Float>> cancelled = task.scoreAsync(TEXT);
            cancelled.cancel(true);
            task.gate().open();
        }
        assertThat(observer.failures).hasSize(1);
        assertThat(observer.failures.get(0)).isInstanceOf(CancellationException.class);
    }

    @Test
    void anObserverThatFailsChangesNothing() {
        EngineObserver observer = (EngineObserver) Proxy.newProxyInstance(
                EngineObserver.class.getClassLoader(),
                new Class<?>[] {EngineObserver.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("no disk for " + method.getName());
                });
        try (GatedTask task = GatedTask.small().observer(observer).build()) {
            task.gate().shut();
            CompletableFuture<List<Float>> cancelled = task.scoreAsync(TEXT);
            task.gate().await(1);
            cancelled.cancel(true);
            task.gate().open();
            assertThat(task.score(TEXT, "Another one.")).hasSize(2).doesNotContainNull();
            assertThat(task.gate().batches()).isEqualTo(1);
        }
    }

    @Test
    void failuresOfFuturesAreThoseOfCalls() {
        try (GatedTask task = GatedTask.small().maxTokens(8).build()) {
            String tooLong = "The bridge. ".repeat(20);
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> task.scoreAsync(tooLong).join())
                    .withCauseInstanceOf(InputTooLongException.class);
        }
    }
}
