package io.flashdeberta.engine;

/** The model was closed before the call could be answered. */
public final class ModelClosedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    ModelClosedException(String model) {
        super("The model " + model + " is closed.");
    }
}
