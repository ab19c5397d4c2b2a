package io.flashdeberta.engine;

import io.flashdeberta.model.Head;
import io.flashdeberta.tokenizer.ModelInput;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Sequences that were queued together; answered when the last of them has run, whichever batches they ran in. */
final class Request {

    private final List<ModelInput> inputs;
    private final Head head;
    private final Output[] outputs;
    private final AtomicInteger missing;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CompletableFuture<List<Output>> answer = new CompletableFuture<>();
    private final long created = System.nanoTime();

    /** @param inputs at least one */
    Request(List<ModelInput> inputs, Head head) {
        this.inputs = inputs;
        this.head = head;
        outputs = new Output[inputs.size()];
        missing = new AtomicInteger(inputs.size());
    }

    List<ModelInput> inputs() {
        return inputs;
    }

    Head head() {
        return head;
    }

    long tokens() {
        return inputs.stream().mapToLong(ModelInput::length).sum();
    }

    /** The outputs of all sequences; cancelling it, or failing it, withdraws those that wait. */
    CompletableFuture<List<Output>> answer() {
        return answer;
    }

    /** True for one caller only. */
    boolean start() {
        return !started.getAndSet(true);
    }

    long nanosSinceCreated() {
        return System.nanoTime() - created;
    }

    void put(int sequence, Output output) {
        outputs[sequence] = output;
        if (missing.decrementAndGet() == 0) {
            answer.complete(Arrays.asList(outputs));
        }
    }

    void fail(Throwable cause) {
        answer.completeExceptionally(cause);
    }
}
