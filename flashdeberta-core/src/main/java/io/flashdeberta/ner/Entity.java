package io.flashdeberta.ner;

/**
 * A part of a text that has a label.
 *
 * @param text {@code text.substring(start, end)} of the text that was passed in
 * @param label what it is, as in "PER"
 * @param start where it starts, in UTF-16 characters
 * @param end where it ends, exclusive
 * @param score probability of the label, the mean over the entity's tokens or words, from 0 to 1
 */
public record Entity(String text, String label, int start, int end, float score) {}
