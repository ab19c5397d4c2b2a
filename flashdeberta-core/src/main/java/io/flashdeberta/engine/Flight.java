package io.flashdeberta.engine;

import java.util.concurrent.CompletableFuture;

/** A result that is being computed for one caller or several; given up when all of them have gone. */
final class Flight<T> {

    private final Call call;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private int callers;
    private boolean givenUp;

    Flight(Call call) {
        this.call = call;
    }

    Call call() {
        return call;
    }

    CompletableFuture<T> result() {
        return result;
    }

    /** Adds a caller; false if it is too late. */
    synchronized boolean join() {
        if (!givenUp) {
            callers++;
        }
        return !givenUp;
    }

    /** Takes a caller away. */
    synchronized void leave() {
        if (--callers == 0) {
            givenUp = true;
            call.withdraw();
        }
    }
}
