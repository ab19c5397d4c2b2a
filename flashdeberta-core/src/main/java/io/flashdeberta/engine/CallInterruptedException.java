package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;

/** The thread that waited for a result was interrupted, and still is; what of its call was waiting has left the queue. */
public class CallInterruptedException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    public CallInterruptedException(InterruptedException cause) {
        super("The thread was interrupted while it waited for a result, so there is none.", cause);
    }
}
