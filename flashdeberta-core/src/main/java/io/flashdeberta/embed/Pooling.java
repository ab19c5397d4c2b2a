package io.flashdeberta.embed;

import io.flashdeberta.model.HiddenStates;

/** How the vectors of a text's tokens become one. */
public enum Pooling {
    /** The mean over all tokens, special tokens included, as sentence-transformers computes it. */
    MEAN(HiddenStates.MEAN),
    /** The vector of the first token, {@code [CLS]}. */
    FIRST(HiddenStates.FIRST_TOKEN);

    private final HiddenStates states;

    Pooling(HiddenStates states) {
        this.states = states;
    }

    HiddenStates states() {
        return states;
    }
}
