package io.flashdeberta.backend;

import io.flashdeberta.FlashDebertaException;

import java.util.Arrays;

/** An element-wise function, under the name that checkpoints give it. */
public enum Activation {
    NONE("linear"),
    /** {@code x/2 · (1 + erf(x/√2))}. */
    GELU("gelu"),
    /** GELU by its tanh approximation. */
    GELU_TANH("gelu_new", "gelu_pytorch_tanh", "gelu_fast"),
    RELU("relu"),
    TANH("tanh"),
    SIGMOID("sigmoid"),
    /** {@code x · sigmoid(x)}. */
    SILU("silu", "swish");

    private final String[] names;

    Activation(String... names) {
        this.names = names;
    }

    /** The activation that a {@code config.json} means by {@code name}. */
    public static Activation named(String name) {
        for (Activation activation : values()) {
            if (Arrays.asList(activation.names).contains(name)) {
                return activation;
            }
        }
        throw new FlashDebertaException("Unknown activation \"" + name
                + "\" in config.json; known are "
                + Arrays.stream(values()).flatMap(a -> Arrays.stream(a.names)).toList() + ".");
    }
}
