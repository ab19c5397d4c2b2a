package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SchedulerTest {

    private static Scheduler scheduler(int workers, BatchRunner.Device device) {
        return scheduler(workers, 10_000, device);
    }

    private static Scheduler scheduler(int workers, int queueTokens, BatchRunner.Device device) {
        return new Scheduler(
                "model",
                new WorkQueue(1000, 1000, queueTokens, workers),
                Collections.nCopies(workers, device),
                EngineObserver.NONE,
                () -> new IllegalStateException("closed"));
    }

    private static Request submit(Scheduler scheduler, int... lengths) {
        Request request = Requests.of(lengths);
        scheduler.submit(request, false);
        return request;
    }

    private static List<Float> values(Request request) {
        return request.answer().join().stream().map(output -> output.get(0, 0)).toList();
    }

    /** A device that waits for a permit before each batch. */
    private static final class Gate implements BatchRunner.Device {

        final Semaphore permits = new Semaphore(0);
        final Semaphore arrived = new Semaphore(0);
        final List<PackedBatch> batches = Collections.synchronizedList(new ArrayList<>());

        @Override
        public float[] forward(PackedBatch batch, io.flashdeberta.model.Head head) {
            batches.add(batch);
            arrived.release();
            permits.acquireUninterruptibly();
            return Requests.lengths(batch);
        }
    }

    @Test
    void outputsFindTheirSequences() {
        try (Scheduler scheduler =
                scheduler(3, 1_000_000, (batch, head) -> Requests.lengths(batch))) {
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                requests.add(submit(scheduler, 2 + i, 300, 2, 400 - i, 1500));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(values(requests.get(i)))
                        .containsExactly(2f + i, 300f, 2f, 400f - i, 1500f);
            }
        }
    }

    @Test
    void requestsShareBatchesAndABatchIsNotTheEndOfARequest() {
        Gate gate = new Gate();
        try (Scheduler scheduler = scheduler(1, gate)) {
            Request running = submit(scheduler, 10);
            gate.arrived.acquireUninterruptibly();
            Request first = submit(scheduler, 400, 400);
            Request second = submit(scheduler, 400, 100);
            gate.permits.release(10);
            assertThat(values(running)).containsExactly(10f);
            assertThat(values(first)).containsExactly(400f, 400f);
            assertThat(values(second)).containsExactly(400f, 100f);
            assertThat(gate.batches.stream().map(PackedBatch::totalTokens))
                    .containsExactly(10, 900, 400);
        }
    }

    @Test
    void workersRunSideBySide() {
        CyclicBarrier barrier = new CyclicBarrier(3);
        try (Scheduler scheduler = scheduler(3, (batch, head) -> {
            try {
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
            return Requests.lengths(batch);
        })) {
            Request request = submit(scheduler, 900, 901, 902);
            assertThat(values(request)).containsExactly(900f, 901f, 902f);
        }
    }

    @Test
    void shortRequestsPassAGiant() {
        Gate giants = new Gate();
        try (Scheduler scheduler = scheduler(
                2,
                (batch, head) -> batch.totalTokens() > 1000
                        ? giants.forward(batch, head)
                        : Requests.lengths(batch))) {
            Request giant = submit(scheduler, 2000, 2000, 2000);
            giants.arrived.acquireUninterruptibly();
            for (int i = 0; i < 100; i++) {
                assertThat(values(submit(scheduler, 50))).containsExactly(50f);
            }
            assertThat(giants.batches).hasSize(1);
            giants.permits.release(3);
            assertThat(values(giant)).containsExactly(2000f, 2000f, 2000f);
        }
    }

    @Test
    void aRequestThatCannotBeComputedFailsAlone() {
        AtomicInteger batches = new AtomicInteger();
        Gate gate = new Gate();
        try (Scheduler scheduler = scheduler(1, (batch, head) -> {
            if (batches.getAndIncrement() == 0) {
                return gate.forward(batch, head);
            }
            if (Arrays.stream(batch.offsets()).anyMatch(offset -> offset == 666)) {
                throw new OutOfMemoryError("no room");
            }
            return Requests.lengths(batch);
        })) {
            submit(scheduler, 10);
            gate.arrived.acquireUninterruptibly();
            Request bad = submit(scheduler, 666);
            Request good = submit(scheduler, 20, 30);
            gate.permits.release();
            assertThat(values(good)).containsExactly(20f, 30f);
            assertThatThrownBy(() -> bad.answer().join())
                    .hasRootCauseInstanceOf(OutOfMemoryError.class);
        }
    }

    /** Computes lengths; those of 30 overflow in the narrow one. */
    private static final class Overflowing implements BatchRunner.Device {

        private final BatchRunner.Device wide;

        Overflowing(BatchRunner.Device wide) {
            this.wide = wide;
        }

        @Override
        public float[] forward(PackedBatch batch, io.flashdeberta.model.Head head) {
            float[] values = Requests.lengths(batch);
            for (int i = 0; i < values.length; i++) {
                values[i] = values[i] == 30 ? Float.NaN : values[i];
            }
            return values;
        }

        @Override
        public BatchRunner.Device wider() {
            return wide;
        }
    }

    @Test
    void sequencesThatOverflowAndNoOthersAreComputedAgainInAWiderType() {
        List<PackedBatch> again = Collections.synchronizedList(new ArrayList<>());
        try (Scheduler scheduler = scheduler(1, new Overflowing((batch, head) -> {
            again.add(batch);
            return Requests.lengths(batch);
        }))) {
            assertThat(values(submit(scheduler, 20, 30, 40, 30)))
                    .containsExactly(20f, 30f, 40f, 30f);
            assertThat(values(submit(scheduler, 20, 40))).containsExactly(20f, 40f);
            assertThat(again).singleElement().satisfies(batch -> {
                assertThat(batch.sequences()).isEqualTo(2);
                assertThat(batch.totalTokens()).isEqualTo(60);
            });
        }
    }

    @Test
    void whatOverflowsEvenThereOrCannotBeComputedThereFailsAlone() {
        try (Scheduler scheduler = scheduler(1, new Overflowing((batch, head) -> {
            if (batch.sequences() > 1) {
                throw new IllegalStateException("no room");
            }
            return new float[] {Float.NaN};
        }))) {
            Request hopeless = submit(scheduler, 20, 30);
            Request without = submit(scheduler, 30, 30);
            assertThatThrownBy(() -> hopeless.answer().join())
                    .hasMessageContaining("The model model gave NaN where");
            assertThatThrownBy(() -> without.answer().join()).hasMessageContaining("no room");
            assertThat(values(submit(scheduler, 20))).containsExactly(20f);
        }
    }

    @Test
    void valuesThatAreNoNumbersFailTheirRequestOnly() {
        AtomicInteger batches = new AtomicInteger();
        Gate gate = new Gate();
        try (Scheduler scheduler = scheduler(1, (batch, head) -> {
            if (batches.getAndIncrement() == 0) {
                gate.forward(batch, head);
            }
            float[] values = Requests.lengths(batch);
            for (int i = 0; i < values.length; i++) {
                values[i] = values[i] == 30
                        ? Float.NaN
                        : values[i] == 40 ? Float.NEGATIVE_INFINITY : values[i];
            }
            return values;
        })) {
            submit(scheduler, 10);
            gate.arrived.acquireUninterruptibly();
            Request good = submit(scheduler, 20);
            Request nan = submit(scheduler, 20, 30);
            Request infinite = submit(scheduler, 40, 20);
            gate.permits.release();
            assertThat(values(good)).containsExactly(20f);
            assertThatThrownBy(() -> nan.answer().join())
                    .hasCauseInstanceOf(FlashDebertaException.class)
                    .hasMessageContaining("The model model gave NaN where");
            assertThatThrownBy(() -> infinite.answer().join())
                    .hasMessageContaining("gave -Infinity");
        }
    }

    @Test
    void aCancelledRequestLeavesTheQueue() {
        Gate gate = new Gate();
        try (Scheduler scheduler = scheduler(1, gate)) {
            Request running = submit(scheduler, 10);
            gate.arrived.acquireUninterruptibly();
            Request cancelled = submit(scheduler, 600, 600, 2000);
            Request other = submit(scheduler, 20);
            assertThat(scheduler.waitingTokens()).isEqualTo(3220);
            assertThat(cancelled.answer().cancel(false)).isTrue();
            assertThat(scheduler.waitingTokens()).isEqualTo(20);
            assertThat(scheduler.waitingSequences()).isEqualTo(1);
            gate.permits.release(2);
            assertThat(values(running)).containsExactly(10f);
            assertThat(values(other)).containsExactly(20f);
            assertThat(gate.batches).hasSize(2);
        }
    }

    @Test
    void aFullQueueRefusesAtOnce() {
        Gate gate = new Gate();
        try (Scheduler scheduler = scheduler(1, gate)) {
            submit(scheduler, 10);
            gate.arrived.acquireUninterruptibly();
            Request waiting = submit(scheduler, 9000);
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> submit(scheduler, 1001));
            assertThat(waiting.answer()).isNotDone();
            gate.permits.release(10);
        }
    }

    @Test
    void closingRefusesWhatWaitsAndEndsWhatRuns() throws Exception {
        Gate gate = new Gate();
        Scheduler scheduler = scheduler(2, gate);
        Request running = submit(scheduler, 800);
        Request alsoRunning = submit(scheduler, 801, 802, 803);
        gate.arrived.acquireUninterruptibly(2);
        Request waiting = submit(scheduler, 20);
        CountDownLatch closed = new CountDownLatch(1);
        Thread closing = new Thread(() -> {
            Thread.currentThread().interrupt();
            scheduler.close();
            if (Thread.interrupted()) {
                closed.countDown();
            }
        });
        closing.start();
        assertThatThrownBy(() -> waiting.answer().join()).hasRootCauseMessage("closed");
        assertThatThrownBy(() -> alsoRunning.answer().join()).hasRootCauseMessage("closed");
        assertThat(closed.getCount()).isEqualTo(1);
        gate.permits.release(2);
        assertThat(values(running)).containsExactly(800f);
        closed.await();
        assertThatThrownBy(() -> submit(scheduler, 20)).hasMessage("closed");
        scheduler.close();
    }
}
