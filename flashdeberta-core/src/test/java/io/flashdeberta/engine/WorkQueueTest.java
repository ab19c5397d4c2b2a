package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkQueueTest {

    private final WorkQueue queue = new WorkQueue(1000, 1000, 10_000, 1);

    private static void add(WorkQueue queue, Request request) {
        assertThat(queue.add(request, false)).isTrue();
    }

    private static List<Work> take(WorkQueue queue) {
        return Objects.requireNonNull(queue.take());
    }

    private static List<Integer> tokens(List<Work> batch) {
        return batch.stream().map(Work::tokens).toList();
    }

    private static int[] times(int count, int length) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, length);
        return lengths;
    }

    @Test
    void packsSequencesOfAllRequestsLongestFirst() {
        add(queue, Requests.of(100, 300));
        add(queue, Requests.of(200));
        add(queue, Requests.of(350));
        assertThat(tokens(take(queue))).containsExactly(350, 300, 200, 100);
        assertThat(queue.waitingTokens()).isZero();
    }

    @Test
    void keepsToTheBudgetAndFillsIt() {
        add(queue, Requests.of(600));
        add(queue, Requests.of(700));
        add(queue, Requests.of(300, 100));
        assertThat(tokens(take(queue))).containsExactly(600, 300, 100);
        assertThat(tokens(take(queue))).containsExactly(700);
    }

    @Test
    void headsDoNotMix() {
        Requests.OneValue other = new Requests.OneValue();
        add(queue, Requests.of(10));
        add(queue, Requests.of(other, 20));
        add(queue, Requests.of(30));
        assertThat(tokens(take(queue))).containsExactly(30, 10);
        assertThat(tokens(take(queue))).containsExactly(20);
    }

    @Test
    void aShortRequestDoesNotWaitForALongOne() {
        add(queue, Requests.of(times(50, 100)));
        assertThat(take(queue)).hasSize(10);
        Request late = Requests.of(40);
        add(queue, late);
        assertThat(take(queue)).anyMatch(work -> work.request() == late);
    }

    @Test
    void requestsShareEvenly() {
        Request first = Requests.of(times(40, 100));
        Request second = Requests.of(times(40, 100));
        add(queue, first);
        add(queue, second);
        for (int batch = 0; batch < 8; batch++) {
            assertThat(take(queue)).filteredOn(work -> work.request() == first).hasSize(5);
        }
        assertThat(queue.waitingSequences()).isZero();
    }

    @Test
    void aLongRequestIsNotStarvedByShortOnes() {
        Request big = Requests.of(900);
        add(queue, big);
        int batches = 0;
        for (boolean seen = false; !seen; batches++) {
            add(queue, Requests.of(300, 300));
            seen = take(queue).stream().anyMatch(work -> work.request() == big);
        }
        assertThat(batches).isLessThan(10);
    }

    @Test
    void workersShareWhatIsThere() {
        WorkQueue queue = new WorkQueue(4096, 4096, 1 << 20, 4);
        add(queue, Requests.of(times(40, 100)));
        assertThat(take(queue)).hasSize(10);
        add(queue, Requests.of(times(400, 100)));
        assertThat(take(queue)).hasSize(40);
    }

    @Test
    void aGiantRunsAlone() {
        add(queue, Requests.of(5000, 10, 10));
        assertThat(tokens(take(queue))).containsExactly(5000);
        assertThat(tokens(take(queue))).containsExactly(10, 10);
    }

    @Test
    void oneWorkerStaysFreeOfGiants() {
        WorkQueue queue = new WorkQueue(1000, 1000, 1 << 20, 2);
        add(queue, Requests.of(times(3, 5000)));
        List<Work> giant = take(queue);
        add(queue, Requests.of(times(20, 1000)));
        for (int i = 0; i < 20; i++) {
            List<Work> batch = take(queue);
            assertThat(tokens(batch)).containsExactly(1000);
            queue.release(batch);
        }
        queue.release(giant);
        assertThat(tokens(take(queue))).containsExactly(5000);
    }

    @Test
    void aGiantsTurnComesAfterItsTokens() {
        WorkQueue queue = new WorkQueue(1000, 1000, 1 << 20, 2);
        add(queue, Requests.of(5000));
        int ordinary = 0;
        for (boolean seen = false; !seen; ordinary++) {
            add(queue, Requests.of(1000));
            seen = tokens(take(queue)).contains(5000);
        }
        assertThat(ordinary).isBetween(4, 7);
    }

    @Test
    void refusesWhatIsTooMuch() {
        add(queue, Requests.of(times(99, 100)));
        Request tooMuch = Requests.of(101);
        assertThatExceptionOfType(QueueFullException.class)
                .isThrownBy(() -> queue.add(tooMuch, false))
                .withMessage(
                        "The queue is full: 9900 tokens wait, this call has 101 more, and at most 10000 may wait."
                                + " Send less at once, try again later, or raise queueTokens.")
                .satisfies(e -> assertThat(e.waiting()).isEqualTo(9900))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(10_000));
        add(queue, Requests.of(100));
        assertThat(queue.add(tooMuch, true)).isTrue();
        assertThat(queue.waitingTokens()).isEqualTo(10_101);
    }

    @Test
    void anEmptyQueueTakesARequestOfAnySize() {
        add(queue, Requests.of(20_000));
        assertThat(tokens(take(queue))).containsExactly(20_000);
    }

    @Test
    void forgetsWhatIsWithdrawn() {
        Request request = Requests.of(times(20, 100));
        Request other = Requests.of(5000);
        add(queue, request);
        assertThat(take(queue)).hasSize(10);
        add(queue, other);
        queue.withdraw(request);
        queue.withdraw(request);
        assertThat(queue.waitingTokens()).isEqualTo(5000);
        queue.withdraw(other);
        assertThat(queue.waitingTokens()).isZero();
        assertThat(queue.waitingSequences()).isZero();
    }

    @Test
    void aClosedQueueTakesAndGivesNothing() {
        Request waiting = Requests.of(10, 20);
        Request giant = Requests.of(2000);
        add(queue, waiting);
        add(queue, giant);
        assertThat(queue.close()).containsExactly(waiting, giant);
        assertThat(queue.take()).isNull();
        assertThat(queue.add(Requests.of(10), false)).isFalse();
    }

    @Test
    void everySequenceRunsOnce() {
        Request[] requests = IntStream.range(0, 30)
                .mapToObj(i -> Requests.of(times(1 + i % 7, 2 + 61 * i)))
                .toArray(Request[]::new);
        WorkQueue queue = new WorkQueue(500, 900, 1 << 20, 3);
        Arrays.stream(requests).forEach(request -> add(queue, request));
        int taken = 0;
        while (queue.waitingSequences() > 0) {
            List<Work> batch = take(queue);
            taken += batch.size();
            queue.release(batch);
            assertThat(batch.size() == 1
                            || tokens(batch).stream().mapToInt(i -> i).sum() <= 512)
                    .isTrue();
        }
        assertThat(taken)
                .isEqualTo(
                        Arrays.stream(requests).mapToInt(r -> r.inputs().size()).sum());
    }
}
