package io.flashdeberta.qa;

/**
 * A part of the context that answers the question, or the statement that none does.
 *
 * @param text {@code context.substring(start, end)}; empty for no answer
 * @param start where it starts, in UTF-16 characters
 * @param end where it ends, exclusive
 * @param score probability of the start times probability of the end, from 0 to 1
 */
public record Answer(String text, int start, int end, float score) {

    /** Whether this says that the context has no answer. */
    public boolean isEmpty() {
        return text.isEmpty();
    }
}
