package io.flashdeberta.engine;

import io.flashdeberta.model.Head;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The course of one call through an engine. Many texts go slice by slice: one is tokenized while the one before it runs, so that the
 * device does not wait for the tokenizer, and a call of any size needs little memory and leaves room in the queue.
 */
public final class Call {

    /** Makes sequences of texts. */
    @FunctionalInterface
    public interface Fitting {

        /**
         * Fits each text.
         *
         * @param places of the texts in the call
         */
        List<FittedInput> fit(List<String> texts, List<Integer> places);

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

    /** Slices that run or wait at the same time. */
    private static final int SLICES_UNDER_WAY = 2;

    private final Engine engine;
    private final Executor executor;
    private final Set<Request> running = new HashSet<>();
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
        run.advance();
        return run.done;
    }

    /** Takes back what waits, and goes no further. */
    void withdraw() {
        List<Request> all;
        synchronized (running) {
            withdrawn = true;
            all = List.copyOf(running);
        }
        all.forEach(request -> request.answer().cancel(false));
    }

    private void requireNotWithdrawn() {
        synchronized (running) {
            if (withdrawn) {
                throw new CancellationException("Nobody waits for the result.");
            }
        }
    }

    private void follow(Request request) {
        boolean tooLate;
        synchronized (running) {
            running.add(request);
            tooLate = withdrawn;
        }
        if (tooLate) {
            request.answer().cancel(false);
        }
    }

    private void forget(Request request) {
        synchronized (running) {
            running.remove(request);
        }
    }

    private final class Run<R> {

        private final List<String> texts;
        private final Fitting fitting;
        private final Head head;
        private final Reading<R> reading;
        private final Slices slices;
        private final Map<Integer, R> results = new TreeMap<>();
        private final CompletableFuture<List<R>> done = new CompletableFuture<>();
        private int underWay;

        Run(List<String> texts, Fitting fitting, Head head, Reading<R> reading) {
            this.texts = texts;
            this.fitting = fitting;
            this.head = head;
            this.reading = reading;
            slices = new Slices(texts, fitting.besides());
        }

        synchronized void advance() {
            try {
                while (underWay < SLICES_UNDER_WAY && !slices.isEmpty() && !done.isDone()) {
                    startSlice();
                }
                if (underWay == 0 && slices.isEmpty() && !done.isDone()) {
                    done.complete(List.copyOf(results.values()));
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }

        private void startSlice() {
            requireNotWithdrawn();
            boolean continued = !slices.isUntouched();
            List<Integer> places = slices.next(engine.charactersOfSlice(continued));
            List<FittedInput> inputs =
                    engine.fit(() -> fitting.fit(places.stream().map(texts::get).toList(), places));
            Request request = request(inputs);
            follow(request);
            afterwards(request, places, inputs);
            engine.submit(request, continued);
            underWay++;
        }

        private void fail(Throwable cause) {
            done.completeExceptionally(cause);
            withdraw();
        }

        private void afterwards(Request request, List<Integer> places, List<FittedInput> inputs) {
            Futures.whenDone(request.answer(), (outputs, failure) -> {
                forget(request);
                executor.execute(
                        failure == null
                                ? () -> read(places, inputs, outputs)
                                : () -> fail(failure));
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

        private synchronized void read(
                List<Integer> places, List<FittedInput> inputs, List<Output> outputs) {
            underWay--;
            try {
                int output = 0;
                for (int i = 0; i < inputs.size(); i++) {
                    FittedInput input = inputs.get(i);
                    int place = places.get(i);
                    int end = output + input.pieces().size();
                    results.put(place, reading.read(place, input, outputs.subList(output, end)));
                    output = end;
                }
            } catch (RuntimeException | Error e) {
                fail(e);
                return;
            }
            advance();
        }
    }
}
