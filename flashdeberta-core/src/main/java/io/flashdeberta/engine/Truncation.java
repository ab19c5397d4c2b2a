package io.flashdeberta.engine;

/** What happens to a text that is longer than the model's limit. */
public enum Truncation {
    /** It is refused with an {@link InputTooLongException}. */
    ERROR,
    /** It is cut at the limit, and the result says so. */
    TRUNCATE,
    /** It is read whole, in overlapping windows whose results are merged. */
    WINDOW;

    /**
     * This choice, for a task that gives one result for a whole text.
     *
     * @throws IllegalArgumentException if it is {@link #WINDOW}
     */
    public Truncation requireWhole() {
        if (this == WINDOW) {
            throw new IllegalArgumentException("truncation is WINDOW; expected ERROR or TRUNCATE,"
                    + " since this task gives one result for a whole text.");
        }
        return this;
    }
}
