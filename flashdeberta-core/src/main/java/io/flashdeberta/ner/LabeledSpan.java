package io.flashdeberta.ner;

import java.util.Optional;

/**
 * A part of a text that has a label, together with the white space before it: so transformers compares parts that overlap.
 *
 * @param score mean probability of the label
 */
record LabeledSpan(String label, double score, int start, int end) {

    int length() {
        return end - start;
    }

    /** This part of the text as an entity, without white space around; empty if it is white space alone. */
    Optional<Entity> entity(String text) {
        int from = start;
        int to = end;
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (from < to && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return from == to
                ? Optional.empty()
                : Optional.of(new Entity(text.substring(from, to), label, from, to, (float) score));
    }

    /** White space, no-break spaces included. */
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
