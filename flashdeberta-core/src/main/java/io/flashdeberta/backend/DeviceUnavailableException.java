package io.flashdeberta.backend;

import io.flashdeberta.FlashDebertaException;

import org.jspecify.annotations.Nullable;

/** The asked-for device cannot be used; the message gives the reason and the remedy. */
public class DeviceUnavailableException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    public DeviceUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
