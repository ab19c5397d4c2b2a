package io.flashdeberta.engine;

import io.flashdeberta.model.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The course of one call through an engine. Many texts go slice by slice: the next ones are tokenized when the slice before has
 * run, so that a call of any size needs little memory and leaves room in the queue.
 */
public final class Call {

    /** Makes sequences of texts. */
    @FunctionalInterface
    public interface Fitting {

        /**
         * Fits each text.
         *
         * @param first the place of the first text in the call
         */
        List<FittedInput> fit(List<String> texts, int first);

        /** Characters that go with each text: those of a query, say. */
        default int besides() {
            return 0;
        }
    }

    /** Makes a result of a text's outputs. */
    @FunctionalInterface
    public interface Reading<R> {

        /**
         * Reads the head's outputs.
         *
         * @param index the text's place in the call
         * @param outputs of each piece of the input
         */
        R read(int index, FittedInput input, List<Output> outputs);
    }

    private final Engine engine;
    private final Executor executor;
    private @Nullable CompletableFuture<?> running;
    private boolean withdrawn;

    /** @param executor where the call goes on when a slice has run */
    Call(Engine engine, Executor executor) {
        this.engine = engine;
        this.executor = executor;
    }

    /** Runs the task's own head over texts; the results have their order. */
    public <R> CompletableFuture<List<R>> run(
            List<String> texts, Fitting fitting, Reading<R> reading) {
        return run(texts, fitting, engine.head(), reading);
    }

    /** Runs a head over texts; the results have their order. */
    public <R> CompletableFuture<List<R>> run(
            List<String> texts, Fitting fitting, Head head, Reading<R> reading) {
        Run<R> run = new Run<>(texts, fitting, head, reading);
        run.nextSlice();
        return run.done;
    }

    /** Takes back what waits, and goes no further. */
    synchronized void withdraw() {
        withdrawn = true;
        if (running != null) {
            running.cancel(false);
        }
    }

    private synchronized void requireNotWithdrawn() {
        if (withdrawn) {
            throw new CancellationException("Nobody waits for the result.");
        }
    }

    private synchronized void follow(CompletableFuture<?> request) {
        running = request;
        if (withdrawn) {
            request.cancel(false);
        }
    }

    private final class Run<R> {

        private final List<String> texts;
        private final Fitting fitting;
        private final Head head;
        private final Reading<R> reading;
        private final List<R> results = new ArrayList<>();
        private final CompletableFuture<List<R>> done = new CompletableFuture<>();

        Run(List<String> texts, Fitting fitting, Head head, Reading<R> reading) {
            this.texts = texts;
            this.fitting = fitting;
            this.head = head;
            this.reading = reading;
        }

        void nextSlice() {
            int from = results.size();
            if (from == texts.size()) {
                done.complete(List.copyOf(results));
                return;
            }
            try {
                requireNotWithdrawn();
                int to = engine.endOfSlice(texts, from, fitting.besides());
                List<FittedInput> inputs =
                        engine.fit(() -> fitting.fit(texts.subList(from, to), from));
                Request request = request(inputs);
                follow(request.answer());
                afterwards(request.answer(), inputs);
                engine.submit(request, from > 0);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        }

        private void afterwards(CompletableFuture<List<Output>> answer, List<FittedInput> inputs) {
            Futures.whenDone(answer, (outputs, failure) -> {
                Runnable next = failure == null
                        ? () -> read(inputs, outputs)
                        : () -> done.completeExceptionally(failure);
                executor.execute(next);
            });
        }

        private Request request(List<FittedInput> inputs) {
            return new Request(
                    inputs.stream()
                            .flatMap(input -> input.pieces().stream())
                            .map(FittedInput.Piece::input)
                            .toList(),
                    head);
        }

        private void read(List<FittedInput> inputs, List<Output> outputs) {
            try {
                int next = 0;
                for (FittedInput input : inputs) {
                    int end = next + input.pieces().size();
                    results.add(reading.read(results.size(), input, outputs.subList(next, end)));
                    next = end;
                }
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
                return;
            }
            nextSlice();
        }
    }
}
