package io.flashdeberta.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;

import java.util.Arrays;

/**
 * What the native tokenizer says about a text.
 *
 * @param spans per token, in code points
 */
@SuppressWarnings("ArrayRecordComponent")
record NativeEncoding(long[] ids, long[] words, CharSpan[] spans) {

    TokenizedText toTokenizedText(String text) {
        int[] starts = Arrays.stream(spans).mapToInt(CharSpan::getStart).toArray();
        int[] ends = Arrays.stream(spans).mapToInt(CharSpan::getEnd).toArray();
        Unicode.toUtf16(text, starts);
        Unicode.toUtf16(text, ends);
        trim(text, starts, ends);
        return TokenizedText.withOffsets(text, toInts(ids), starts, ends, toInts(words));
    }

    private static void trim(String text, int[] starts, int[] ends) {
        for (int i = 0; i < starts.length; i++) {
            while (starts[i] < ends[i] && Unicode.isSpace(text.charAt(starts[i]))) {
                starts[i]++;
            }
            while (starts[i] < ends[i] && Unicode.isSpace(text.charAt(ends[i] - 1))) {
                ends[i]--;
            }
        }
    }

    static int[] toInts(long[] longs) {
        return Arrays.stream(longs).mapToInt(Math::toIntExact).toArray();
    }
}
