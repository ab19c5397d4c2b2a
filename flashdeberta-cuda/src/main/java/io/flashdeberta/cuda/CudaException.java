package io.flashdeberta.cuda;

import io.flashdeberta.FlashDebertaException;

/** A call of the driver or of one of CUDA's libraries failed; the message names the call's purpose and CUDA's error. */
public class CudaException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    public CudaException(String message) {
        super(message);
    }
}
