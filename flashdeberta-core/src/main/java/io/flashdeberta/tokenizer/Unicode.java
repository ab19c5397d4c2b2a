package io.flashdeberta.tokenizer;

/** Between Java's UTF-16 strings and the code points that the native tokenizer counts. */
final class Unicode {

    private static final char REPLACEMENT = '\uFFFD';
    private static final char NEXT_LINE = '\u0085';

    private Unicode() {}

    /** The text with each lone surrogate, which has no UTF-8 form, replaced by U+FFFD; indices stay the same. */
    static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, REPLACEMENT);
        }
        return repaired == null ? text : repaired.toString();
    }

    /** Turns code point indices into {@code text} into UTF-16 indices, in place. */
    static void toUtf16(String text, int[] indices) {
        int[] utf16 = starts(text);
        if (utf16.length == text.length() + 1) {
            return;
        }
        for (int i = 0; i < indices.length; i++) {
            indices[i] = utf16[indices[i]];
        }
    }

    private static int[] starts(String text) {
        int[] starts = new int[text.codePointCount(0, text.length()) + 1];
        int codePoint = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            starts[codePoint++] = i;
        }
        starts[codePoint] = text.length();
        return starts;
    }

    /**
     * Where the word ends that {@code index} is in, or a code point near {@code index} if the word goes on for {@code most} more
     * characters.
     */
    static int endOfWord(String text, int index, int most) {
        int limit = Math.min(text.length(), index + most);
        for (int i = index; i < limit; i++) {
            if (isSpace(text.charAt(i)) && !isSpace(text.charAt(i - 1))) {
                return i;
            }
        }
        boolean splitsPair = limit < text.length() && Character.isLowSurrogate(text.charAt(limit));
        return splitsPair ? limit - 1 : limit;
    }

    /** White space by Unicode's property of that name, no-break spaces included. */
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
    }
}
