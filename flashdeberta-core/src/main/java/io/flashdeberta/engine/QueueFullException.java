package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;

/** More waits for a model than its queue takes, so a call was refused at once. Try again later, or elsewhere. */
public class QueueFullException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    private final long waiting;
    private final int limit;

    /**
     * @param tokens tokens of the call that was refused
     * @param waiting tokens that wait
     * @param limit tokens that may wait
     */
    public QueueFullException(long tokens, long waiting, int limit) {
        super("The queue is full: " + waiting + " tokens wait, this call has " + tokens
                + " more, and at most " + limit
                + " may wait. Send less at once, try again later, or raise queueTokens.");
        this.waiting = waiting;
        this.limit = limit;
    }

    /** Tokens that waited. */
    public long waiting() {
        return waiting;
    }

    /** Tokens that may wait. */
    public int limit() {
        return limit;
    }
}
