package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;

/** A text does not fit into the model's limit and must not, or cannot, be cut. */
public class InputTooLongException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    private final int tokens;
    private final int limit;

    /**
     * @param what the input, as in "Text 3"
     * @param tokens tokens that it needs
     * @param limit tokens that there is room for
     * @param remedy a sentence on what to do
     */
    public InputTooLongException(String what, int tokens, int limit, String remedy) {
        super(what + " has " + tokens + " tokens; there is room for " + limit + ". " + remedy);
        this.tokens = tokens;
        this.limit = limit;
    }

    /** Tokens that the input needs. */
    public int tokens() {
        return tokens;
    }

    /** Tokens that there is room for. */
    public int limit() {
        return limit;
    }
}
