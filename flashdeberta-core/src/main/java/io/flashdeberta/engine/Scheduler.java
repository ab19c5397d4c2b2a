package io.flashdeberta.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The queue of one model and the workers that empty it. Thread-safe. */
final class Scheduler implements AutoCloseable {

    private final WorkQueue queue;
    private final Supplier<RuntimeException> whyClosed;
    private final List<Thread> threads = new ArrayList<>();

    /**
     * Starts a worker for each device.
     *
     * @param name of the model, for the names of threads
     * @param devices used by one thread each
     * @param whyClosed what requests get that come after closing, or wait then
     */
    Scheduler(
            String name,
            WorkQueue queue,
            List<BatchRunner.Device> devices,
            EngineObserver observer,
            Supplier<RuntimeException> whyClosed) {
        this.queue = queue;
        this.whyClosed = whyClosed;
        for (BatchRunner.Device device : devices) {
            BatchRunner runner = new BatchRunner(name, device, observer);
            Thread thread = new Thread(
                    () -> work(runner), "flashdeberta-worker-" + threads.size() + " " + name);
            thread.setDaemon(true);
            threads.add(thread);
        }
        try {
            threads.forEach(Thread::start);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Queues a request.
     *
     * @param continued whether it continues a call that was let in before
     * @throws QueueFullException if too much waits
     * @throws RuntimeException why this is closed, if it is
     */
    void submit(Request request, boolean continued) {
        if (!queue.add(request, continued)) {
            throw whyClosed.get();
        }
        Futures.whenDone(request.answer(), (outputs, failure) -> queue.withdraw(request));
    }

    private void work(BatchRunner runner) {
        for (List<Work> batch = queue.take(); batch != null; batch = queue.take()) {
            try {
                runner.run(batch);
            } finally {
                queue.release(batch);
            }
        }
    }

    long waitingTokens() {
        return queue.waitingTokens();
    }

    int waitingSequences() {
        return queue.waitingSequences();
    }

    /**
     * Fails the requests that wait, and returns when the batches that run have ended, even if the calling thread is interrupted.
     */
    @Override
    public void close() {
        queue.close().forEach(request -> request.fail(whyClosed.get()));
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
