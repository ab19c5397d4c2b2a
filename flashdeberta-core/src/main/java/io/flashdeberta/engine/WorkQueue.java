package io.flashdeberta.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that wait for a worker, and the choice of those that run next. Thread-safe.
 *
 * <p>Whose turn it is follows start-time fair queueing (Goyal, Vin and Cheng, 1996), with a request as a flow: a clock counts the
 * tokens of what was given out, and a sequence is due when the clock has gone on by the tokens of its request up to it. So
 * requests that wait at the same time share the workers evenly, a short one is soon through, and none waits for ever.
 *
 * <p>A sequence that takes long, a giant, runs alone, and of several workers one is always kept free of giants.
 */
final class WorkQueue {

    /** A batch of less would not keep a worker's threads busy. */
    private static final int FEWEST_TOKENS = 512;

    /** How many sequences that do not fit into a batch are passed over in search of one that does. */
    private static final int MOST_PASSED_OVER = 64;

    private final int batchTokens;
    private final int giantTokens;
    private final int queueTokens;
    private final int workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final NavigableSet<Work> ordinary = new TreeSet<>(Work.DUE_FIRST);
    private final NavigableSet<Work> giants = new TreeSet<>(Work.DUE_FIRST);
    private final Map<Request, List<Work>> works = new HashMap<>();
    private long ordinaryTokens;
    private long waitingGiantTokens;
    private int freeForGiants;
    private long clock;
    private long numbers;
    private boolean closed;

    /**
     * @param batchTokens tokens of one batch, ≥ 1; a longer sequence runs alone
     * @param giantTokens a longer sequence is a giant, ≥ batchTokens
     * @param queueTokens tokens that may wait, ≥ 1
     * @param workers how many take batches, ≥ 1
     */
    WorkQueue(int batchTokens, int giantTokens, int queueTokens, int workers) {
        this.batchTokens = batchTokens;
        this.giantTokens = giantTokens;
        this.queueTokens = queueTokens;
        this.workers = workers;
        freeForGiants = Math.max(1, workers - 1);
    }

    /**
     * Queues a request. One with more tokens than may wait is taken when nothing else waits.
     *
     * @param continued whether it continues a call that was let in before, which is not refused half-way
     * @return false if the queue is closed
     * @throws QueueFullException if too much waits
     */
    boolean add(Request request, boolean continued) {
        long tokens = request.tokens();
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            long waiting = waitingTokens();
            if (!continued && waiting > 0 && waiting + tokens > queueTokens) {
                throw new QueueFullException(tokens, waiting, queueTokens);
            }
            enqueue(request);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Request request) {
        List<Work> all = new ArrayList<>();
        long turn = clock;
        for (int i = 0; i < request.inputs().size(); i++) {
            turn += request.inputs().get(i).length();
            Work work = new Work(request, i, turn, numbers++);
            all.add(work);
            if (isGiant(work)) {
                giants.add(work);
                waitingGiantTokens += work.tokens();
            } else {
                ordinary.add(work);
                ordinaryTokens += work.tokens();
            }
        }
        works.put(request, all);
    }

    private boolean isGiant(Work work) {
        return work.tokens() > giantTokens;
    }

    /**
     * Waits for the next batch, longest sequence first; {@link #release} follows when it has run.
     *
     * @return null if the queue is closed
     */
    @Nullable
    List<Work> take() {
        lock.lock();
        try {
            while (!closed) {
                Work giant = freeForGiants > 0 && !giants.isEmpty() ? giants.first() : null;
                Work next = ordinary.isEmpty() ? null : ordinary.first();
                if (giant != null && (next == null || giant.turn() < next.turn())) {
                    freeForGiants--;
                    return giveOut(List.of(giant));
                }
                if (next != null) {
                    return giveOut(pack(next));
                }
                changed.awaitUninterruptibly();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** What is due and fits together, at most this worker's share of all that waits. */
    private List<Work> pack(Work first) {
        long share = Math.max(FEWEST_TOKENS, (ordinaryTokens + workers - 1) / workers);
        long room = Math.min(batchTokens, share);
        int passedOver = 0;
        List<Work> batch = new ArrayList<>();
        for (Work work : ordinary) {
            boolean fits = work.tokens() <= room || batch.isEmpty();
            if (fits && work.request().head().equals(first.request().head())) {
                batch.add(work);
                room -= work.tokens();
            } else if (++passedOver > MOST_PASSED_OVER) {
                break;
            }
            if (room <= 0) {
                break;
            }
        }
        batch.sort(Comparator.comparingInt(work -> -work.tokens()));
        return batch;
    }

    private List<Work> giveOut(List<Work> batch) {
        for (Work work : batch) {
            clock = Math.max(clock, work.turn());
            remove(work);
        }
        return batch;
    }

    private void remove(Work work) {
        if (ordinary.remove(work)) {
            ordinaryTokens -= work.tokens();
        } else if (giants.remove(work)) {
            waitingGiantTokens -= work.tokens();
        }
    }

    /** Tells that a batch has run. */
    void release(List<Work> batch) {
        lock.lock();
        try {
            if (isGiant(batch.get(0))) {
                freeForGiants++;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a request that is answered, failed or cancelled, with what of it still waits. */
    void withdraw(Request request) {
        lock.lock();
        try {
            List<Work> all = works.remove(request);
            if (all != null) {
                all.forEach(this::remove);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tokens that wait. */
    long waitingTokens() {
        lock.lock();
        try {
            return ordinaryTokens + waitingGiantTokens;
        } finally {
            lock.unlock();
        }
    }

    /** Sequences that wait. */
    int waitingSequences() {
        lock.lock();
        try {
            return ordinary.size() + giants.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes and gives out nothing from now on.
     *
     * @return the requests of which something waited
     */
    Set<Request> close() {
        lock.lock();
        try {
            closed = true;
            Set<Request> waiting = new LinkedHashSet<>();
            ordinary.forEach(work -> waiting.add(work.request()));
            giants.forEach(work -> waiting.add(work.request()));
            changed.signalAll();
            return waiting;
        } finally {
            lock.unlock();
        }
    }
}
