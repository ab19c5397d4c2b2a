package io.flashdeberta.tokenizer;

/**
 * Two texts cut to fit together.
 *
 * @param truncated whether tokens were cut off
 */
public record TokenizedPair(TokenizedText first, TokenizedText second, boolean truncated) {

    /**
     * Cuts the longer text's end until both fit, then both evenly, as {@code tokenizers} does: when an odd token is left it
     * goes to the longer text, or to the second of equally long ones.
     *
     * @param maxTokens most tokens of both together, special tokens not counted, ≥ 0
     */
    public static TokenizedPair longestFirst(
            TokenizedText first, TokenizedText second, int maxTokens) {
        requireNatural(maxTokens);
        int total = Math.addExact(first.size(), second.size());
        if (total <= maxTokens) {
            return new TokenizedPair(first, second, false);
        }
        int shorter = Math.min(Math.min(first.size(), second.size()), maxTokens / 2);
        int longer = maxTokens - shorter;
        return first.size() <= second.size()
                ? cut(first, second, shorter, longer)
                : cut(first, second, longer, shorter);
    }

    /**
     * Cuts the end of the first text only.
     *
     * @param maxTokens most tokens of both together, special tokens not counted, at least those of the second text
     */
    public static TokenizedPair onlyFirst(
            TokenizedText first, TokenizedText second, int maxTokens) {
        return cut(first, second, room(maxTokens, second), second.size());
    }

    /**
     * Cuts the end of the second text only.
     *
     * @param maxTokens most tokens of both together, special tokens not counted, at least those of the first text
     */
    public static TokenizedPair onlySecond(
            TokenizedText first, TokenizedText second, int maxTokens) {
        return cut(first, second, first.size(), room(maxTokens, first));
    }

    private static int room(int maxTokens, TokenizedText whole) {
        requireNatural(maxTokens);
        if (whole.size() > maxTokens) {
            throw new IllegalArgumentException("The text that must stay whole has " + whole.size()
                    + " tokens, both together may have " + maxTokens + "; shorten it.");
        }
        return maxTokens - whole.size();
    }

    private static void requireNatural(int maxTokens) {
        if (maxTokens < 0) {
            throw new IllegalArgumentException(
                    "The most tokens are " + maxTokens + "; expected ≥ 0.");
        }
    }

    private static TokenizedPair cut(
            TokenizedText first, TokenizedText second, int most, int mostOfSecond) {
        TokenizedText a = first.slice(0, Math.min(first.size(), most));
        TokenizedText b = second.slice(0, Math.min(second.size(), mostOfSecond));
        return new TokenizedPair(a, b, a.size() < first.size() || b.size() < second.size());
    }
}
