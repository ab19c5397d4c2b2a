package io.flashdeberta.backend;

import io.flashdeberta.FlashDebertaException;

/** A device had too little memory for a pass. What the pass had taken is given back, so the next one can run. */
public class OutOfDeviceMemoryException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    public OutOfDeviceMemoryException(String message) {
        super(message);
    }
}
