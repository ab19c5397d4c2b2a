package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;

import java.time.Duration;

/** A call took longer than it may; what of it was still waiting has left the queue. */
public class DeadlineExceededException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    private final Duration timeout;

    public DeadlineExceededException(Duration timeout) {
        super(
                "There is no result after " + timeout.toMillis()
                        + " ms, the time that this call may take. Send less at once, or raise the timeout.");
        this.timeout = timeout;
    }

    /** How long the call was allowed to take. */
    public Duration timeout() {
        return timeout;
    }
}
