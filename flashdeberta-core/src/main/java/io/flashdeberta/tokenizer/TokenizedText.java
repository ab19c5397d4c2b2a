package io.flashdeberta.tokenizer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A text's tokens, or a run of them, without special tokens around. Immutable.
 *
 * <p>Offsets are UTF-16 indices into {@link #text()}, without the white space that belongs to a token ("▁quick" covers
 * "quick"); a token of white space alone is empty. Several tokens may cover the same characters, as bytes of one do.
 */
public final class TokenizedText {

    private final String text;
    private final int[] ids;
    private final int @Nullable [] starts;
    private final int @Nullable [] ends;
    private final int @Nullable [] words;
    private final int from;
    private final int size;

    private TokenizedText(
            String text,
            int[] ids,
            int @Nullable [] starts,
            int @Nullable [] ends,
            int @Nullable [] words,
            int from,
            int size) {
        this.text = text;
        this.ids = ids;
        this.starts = starts;
        this.ends = ends;
        this.words = words;
        this.from = from;
        this.size = size;
    }

    static TokenizedText withOffsets(
            String text, int[] ids, int[] starts, int[] ends, int[] words) {
        return new TokenizedText(text, ids, starts, ends, words, 0, ids.length);
    }

    static TokenizedText withoutOffsets(String text, int[] ids) {
        return new TokenizedText(text, ids, null, null, null, 0, ids.length);
    }

    /** The whole text, of a slice too. */
    public String text() {
        return text;
    }

    /** Number of tokens. */
    public int size() {
        return size;
    }

    /** Vocabulary id of token {@code i}. */
    public int id(int i) {
        return ids[index(i)];
    }

    /**
     * Where token {@code i} starts in the text.
     *
     * @throws IllegalStateException if the text was tokenized {@link Offsets#WITHOUT} offsets; so do {@link #end} and {@link #word}
     */
    public int start(int i) {
        return known(starts)[index(i)];
    }

    /** Where token {@code i} ends in the text, exclusive. */
    public int end(int i) {
        return known(ends)[index(i)];
    }

    /** Index of the word that token {@code i} is part of, as the tokenizer splits them, counted from the text's start. */
    public int word(int i) {
        return known(words)[index(i)];
    }

    /** The tokens from {@code from} to {@code to}, exclusive; shares their storage. */
    public TokenizedText slice(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return from == 0 && to == size
                ? this
                : new TokenizedText(text, ids, starts, ends, words, this.from + from, to - from);
    }

    void copyIds(int[] target, int position) {
        System.arraycopy(ids, from, target, position, size);
    }

    private static int[] known(int @Nullable [] values) {
        if (values == null) {
            throw new IllegalStateException(
                    "The text was tokenized without offsets; ask for them with Offsets.WITH.");
        }
        return values;
    }

    private int index(int i) {
        return from + Objects.checkIndex(i, size);
    }

    @Override
    public String toString() {
        return size + " tokens of '" + text + "'";
    }
}
