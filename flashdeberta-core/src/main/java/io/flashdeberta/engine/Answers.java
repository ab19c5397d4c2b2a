package io.flashdeberta.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers calls: with what is remembered, with what an equal call computes just now, or with what is computed for them. */
final class Answers {

    private final Engine engine;
    private final ResultCache cache;
    private final EngineObserver observer;
    private final ConcurrentMap<Job.Key, Flight<?>> flights = new ConcurrentHashMap<>();

    Answers(Engine engine, ResultCache cache, EngineObserver observer) {
        this.engine = engine;
        this.cache = cache;
        this.observer = observer;
    }

    /** The answer to a job, waited for; what it fails with is thrown. */
    <T> T now(Job<T> job, @Nullable Duration timeout) {
        CallerThread caller = new CallerThread();
        return caller.await(later(job, caller, timeout));
    }

    /** The answer to a job, which goes on elsewhere. */
    <T> CompletableFuture<T> later(Job<T> job, @Nullable Duration timeout) {
        return later(job, AnswerThreads::execute, timeout);
    }

    private <T> CompletableFuture<T> later(
            Job<T> job, Executor executor, @Nullable Duration timeout) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Futures.whenFailed(answer, observer::failed);
        try {
            engine.requireOpen();
            Job.Key key = cache == ResultCache.NONE ? null : job.key();
            Object known = key == null ? null : cache.find(request(key));
            if (known != null) {
                complete(answer, known);
            } else {
                compute(key, job, executor, answer, timeout);
            }
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    @SuppressWarnings("unchecked") // Equal keys ask for the same type of answer.
    private static <T> void complete(CompletableFuture<T> answer, Object known) {
        answer.complete((T) known);
    }

    private <T> void compute(
            Job.@Nullable Key key,
            Job<T> job,
            Executor executor,
            CompletableFuture<T> answer,
            @Nullable Duration timeout) {
        if (timeout != null) {
            failAfter(timeout, answer, executor);
        }
        Flight<T> own = new Flight<>(new Call(engine, executor));
        Flight<T> flight = board(key, own);
        Futures.whenFailed(answer, failure -> flight.leave());
        Futures.pass(flight.result(), answer);
        if (flight == own) {
            depart(key, job, own);
        }
    }

    /** The flight that an equal call is on, or else one's own. */
    @SuppressWarnings("unchecked") // Equal keys ask for the same type of answer.
    private <T> Flight<T> board(Job.@Nullable Key key, Flight<T> own) {
        if (key == null) {
            own.join();
            return own;
        }
        return (Flight<T>) flights.compute(key, (same, flight) -> {
            if (flight != null && flight.join()) {
                return flight;
            }
            own.join();
            return own;
        });
    }

    private <T> void depart(Job.@Nullable Key key, Job<T> job, Flight<T> flight) {
        CompletableFuture<T> computed;
        try {
            computed = job.compute().apply(flight.call());
        } catch (RuntimeException | Error e) {
            computed = CompletableFuture.failedFuture(e);
        }
        if (key != null) {
            computed = computed.thenApply(result -> {
                cache.store(request(key), result);
                return result;
            });
            Futures.whenDone(flight.result(), (result, failure) -> flights.remove(key, flight));
        }
        Futures.pass(computed, flight.result());
    }

    private ResultCache.Request request(Job.Key key) {
        return new ResultCache.Request(engine, key.options(), key.texts());
    }

    private static <T> void failAfter(
            Duration timeout, CompletableFuture<T> answer, Executor executor) {
        CompletableFuture<@Nullable Void> timer = new CompletableFuture<@Nullable Void>()
                .orTimeout(toNanos(timeout), TimeUnit.NANOSECONDS);
        Futures.whenFailed(
                timer,
                late -> executor.execute(() ->
                        answer.completeExceptionally(new DeadlineExceededException(timeout))));
        Futures.whenDone(answer, (value, failure) -> timer.complete(null));
    }

    private static long toNanos(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
