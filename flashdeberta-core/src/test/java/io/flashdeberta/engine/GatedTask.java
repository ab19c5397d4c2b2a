package io.flashdeberta.engine;

import static io.flashdeberta.engine.Expected.checkpoint;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.model.Head;
import io.flashdeberta.model.SequenceHead;
import io.flashdeberta.tokenizer.Offsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Scores texts with a real model, whose batches wait for permits when its gate is shut. */
final class GatedTask extends DebertaTask<GatedTask> {

    private final Gate gate;

    private GatedTask(Engine engine, Gate gate, @Nullable Duration timeout) {
        super(engine, timeout);
        this.gate = gate;
    }

    static Builder builder() {
        return new Builder(new Gate());
    }

    Gate gate() {
        return gate;
    }

    /** One worker, short batches, a small queue. */
    static Builder small() {
        return builder().workers(1).threads(1).batchTokens(64).queueTokens(256);
    }

    List<Float> score(String... texts) {
        return answer(job(List.of(texts)));
    }

    CompletableFuture<List<Float>> scoreAsync(String... texts) {
        return answerLater(job(List.of(texts)));
    }

    private Job<List<Float>> job(List<String> texts) {
        return Job.of(
                "score",
                texts,
                call -> call.run(
                        texts,
                        engine.singles(Truncation.ERROR, Offsets.WITHOUT),
                        (index, input, outputs) -> outputs.get(0).get(0, 0)));
    }

    @Override
    protected GatedTask copy(Engine engine, Duration timeout) {
        return new GatedTask(engine, gate, timeout);
    }

    static final class Gate {

        private final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
        private final Semaphore batches = new Semaphore(0);

        /** From now on batches stop. */
        void shut() {
            permits.drainPermits();
            batches.drainPermits();
        }

        /** Returns when so many batches have come to the gate since it was last asked. */
        void await(int count) {
            acquire(batches, count);
        }

        void open() {
            permits.release(1_000_000);
        }

        int batches() {
            return batches.availablePermits();
        }

        private void pass() {
            batches.release();
            acquire(permits, 1);
        }

        /** Fails in time when a test has failed before. */
        private static void acquire(Semaphore semaphore, int count) {
            try {
                if (!semaphore.tryAcquire(count, 20, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("Waited too long.");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private record GatedHead(Head head, Gate gate) implements Head {
        @Override
        public int rows(int[] ids) {
            return head.rows(ids);
        }

        @Override
        public int columns() {
            return head.columns();
        }

        @Override
        public Tensor apply(Session session, Tensor hidden, PackedBatch batch) {
            gate.pass();
            return head.apply(session, hidden, batch);
        }
    }

    static final class Builder extends ModelBuilder<GatedTask, Builder> {

        private final Gate gate;

        private Builder(Gate gate) {
            super((config, specialTokens, weights, backend) ->
                    new GatedHead(SequenceHead.load(config, 1, weights, backend), gate));
            this.gate = gate;
            model(checkpoint("reranker")).device("cpu");
        }

        @Override
        protected GatedTask build(Engine engine) {
            return new GatedTask(engine, gate, engine.timeout());
        }
    }
}
