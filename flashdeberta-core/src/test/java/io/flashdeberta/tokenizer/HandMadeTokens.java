package io.flashdeberta.tokenizer;

import java.util.Collections;
import java.util.stream.IntStream;

/** Texts cut into tokens by hand. */
public final class HandMadeTokens {

    /** The id of the first token; those after it count up. */
    public static final int FIRST_ID = 10;

    private HandMadeTokens() {}

    /** The tokens, which are parts of the text in their order. */
    public static TokenizedText of(String text, String... tokens) {
        int[] starts = new int[tokens.length];
        int[] ends = new int[tokens.length];
        int from = 0;
        for (int i = 0; i < tokens.length; i++) {
            starts[i] = text.indexOf(tokens[i], from);
            ends[i] = starts[i] + tokens[i].length();
            from = ends[i];
        }
        int[] words = IntStream.range(0, tokens.length).toArray();
        return TokenizedText.withOffsets(
                text,
                IntStream.range(FIRST_ID, FIRST_ID + tokens.length).toArray(),
                starts,
                ends,
                words);
    }

    /** So many tokens of one letter. */
    public static TokenizedText ofSize(int size) {
        return of("x".repeat(size), Collections.nCopies(size, "x").toArray(String[]::new));
    }
}
