package io.flashdeberta;

import org.jspecify.annotations.Nullable;

/** A failure of this library; the message says what was found, what was expected and what to do. */
public class FlashDebertaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public FlashDebertaException(String message) {
        super(message);
    }

    public FlashDebertaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
