package io.flashdeberta.checkpoint;

import io.flashdeberta.FlashDebertaException;

import org.jspecify.annotations.Nullable;

/** A checkpoint that is missing, incomplete, malformed or of a kind not supported. */
public class CheckpointException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
