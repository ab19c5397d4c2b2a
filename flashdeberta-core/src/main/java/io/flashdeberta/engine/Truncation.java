package io.flashdeberta.engine;

/** What happens to a text that is longer than the model's limit. */
public enum Truncation {
    /** It is refused with an {@link InputTooLongException}. */
    ERROR,
    /** It is cut at the limit, and the result says so. */
    TRUNCATE,
    /** It is read whole, in overlapping windows whose results are merged. */
    WINDOW
}
