package io.flashdeberta.autoconfigure;

import io.flashdeberta.engine.CallInterruptedException;
import io.flashdeberta.engine.DeadlineExceededException;
import io.flashdeberta.engine.InputTooLongException;
import io.flashdeberta.engine.ModelClosedException;
import io.flashdeberta.engine.QueueFullException;

import java.util.concurrent.CancellationException;

/** Few words for why calls fail, as metrics need them. */
final class FailureCause {

    private FailureCause() {}

    static String of(Throwable failure) {
        if (failure instanceof QueueFullException) {
            return "queue-full";
        }
        if (failure instanceof DeadlineExceededException) {
            return "deadline";
        }
        if (failure instanceof CancellationException) {
            return "cancelled";
        }
        if (failure instanceof CallInterruptedException) {
            return "interrupted";
        }
        if (failure instanceof InputTooLongException) {
            return "too-long";
        }
        if (failure instanceof IllegalArgumentException) {
            return "invalid";
        }
        return failure instanceof ModelClosedException ? "closed" : "error";
    }
}
