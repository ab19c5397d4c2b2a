package io.flashdeberta.engine;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/** Runs what is left to do of a call in the thread that waits for it, and elsewhere once that thread has gone. */
final class CallerThread implements Executor {

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private boolean gone;

    @Override
    public synchronized void execute(Runnable task) {
        if (gone) {
            AnswerThreads.execute(task);
        } else {
            tasks.add(task);
        }
    }

    private synchronized void leave() {
        gone = true;
        tasks.forEach(AnswerThreads::execute);
        tasks.clear();
    }

    /**
     * Works on the tasks until there is an answer, and returns it, or throws the exception that it failed with.
     *
     * @throws CallInterruptedException if the thread is interrupted meanwhile; the answer then fails with it
     */
    <T> T await(CompletableFuture<T> answer) {
        Futures.whenDone(answer, (value, failure) -> execute(() -> {}));
        try {
            while (!answer.isDone()) {
                tasks.take().run();
            }
        } catch (InterruptedException e) {
            answer.completeExceptionally(new CallInterruptedException(e));
            Thread.currentThread().interrupt();
        } finally {
            leave();
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            Throwable cause = Futures.unwrap(e);
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof RuntimeException exception
                    ? exception
                    : new IllegalStateException(cause);
        }
    }
}
