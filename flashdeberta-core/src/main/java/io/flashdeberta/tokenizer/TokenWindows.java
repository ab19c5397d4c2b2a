package io.flashdeberta.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Cuts long texts into overlapping windows. */
public final class TokenWindows {

    private TokenWindows() {}

    /**
     * Windows that together cover all tokens, as {@code tokenizers} cuts them: each but the last has {@code size} tokens and
     * shares {@code stride} of them with the next. A text that fits is its own only window.
     *
     * @param size most tokens of a window, ≥ 1
     * @param stride tokens that neighbours share, in [0, size)
     */
    public static List<TokenizedText> windows(TokenizedText text, int size, int stride) {
        if (size < 1 || stride < 0 || stride >= size) {
            throw new IllegalArgumentException("Windows of " + size + " tokens that share " + stride
                    + "; expected a size ≥ 1 and a stride from 0 to size - 1.");
        }
        List<TokenizedText> windows = new ArrayList<>();
        int start = 0;
        while (text.size() - start > size) {
            windows.add(text.slice(start, start + size));
            start += size - stride;
        }
        windows.add(text.slice(start, text.size()));
        return windows;
    }
}
