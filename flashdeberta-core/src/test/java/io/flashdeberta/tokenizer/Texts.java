package io.flashdeberta.tokenizer;

import java.util.stream.IntStream;

/** Texts with known tokens. */
final class Texts {

    private Texts() {}

    /** Tokens with the ids {@code first, first + 1, …}, one letter each. */
    static TokenizedText ofSize(int size, int first) {
        int[] starts = IntStream.range(0, size).toArray();
        int[] ends = IntStream.rangeClosed(1, size).toArray();
        return TokenizedText.withOffsets(
                "x".repeat(size),
                IntStream.range(first, first + size).toArray(),
                starts,
                ends,
                starts);
    }

    static int[] ids(TokenizedText text) {
        return IntStream.range(0, text.size()).map(text::id).toArray();
    }
}
