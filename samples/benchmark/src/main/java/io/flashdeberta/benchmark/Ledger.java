package io.flashdeberta.benchmark;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of calls. */
final class Ledger {

    private final LongAdder accepted = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();

    void accept() {
        accepted.increment();
    }

    void answer() {
        answered.increment();
    }

    void fail(Throwable failure) {
        Throwable cause = failure.getCause();
        Throwable reason =
                failure instanceof CompletionException && cause != null ? cause : failure;
        String name = reason instanceof CancellationException
                ? "CancellationException"
                : reason.getClass().getSimpleName();
        failed.computeIfAbsent(name, key -> new LongAdder()).increment();
    }

    long accepted() {
        return accepted.sum();
    }

    long answered() {
        return answered.sum();
    }

    Map<String, Long> failures() {
        Map<String, Long> counts = new TreeMap<>();
        failed.forEach((name, count) -> counts.put(name, count.sum()));
        return counts;
    }

    /** Whether every call that was accepted has ended in one way. */
    boolean balances() {
        return accepted()
                == answered() + failures().values().stream().mapToLong(n -> n).sum();
    }
}
