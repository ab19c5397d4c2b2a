package io.flashdeberta.qa;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.Truncation;

/**
 * Which answers to return.
 *
 * @param topK at most this many answers, at least 1
 * @param maxAnswerTokens longest answer, at least 1
 * @param handleImpossible whether "no answer" is among the answers, for models trained with unanswerable questions
 * @param truncation what happens to a context that is too long; the question is never cut
 * @param stride tokens that neighbouring windows share, at most half of a window is taken
 */
public record QaOptions(
        int topK,
        int maxAnswerTokens,
        boolean handleImpossible,
        Truncation truncation,
        int stride) {

    private static final QaOptions DEFAULTS = new QaOptions(1, 15, false, Truncation.WINDOW, 128);

    public QaOptions {
        Arguments.requireAtLeast(1, topK, "topK");
        Arguments.requireAtLeast(1, maxAnswerTokens, "maxAnswerTokens");
        Arguments.requireAtLeast(0, stride, "stride");
    }

    /** The best answer of at most 15 tokens; long contexts are read in windows that share 128 tokens. */
    public static QaOptions defaults() {
        return DEFAULTS;
    }

    public QaOptions withTopK(int topK) {
        return new QaOptions(topK, maxAnswerTokens, handleImpossible, truncation, stride);
    }

    public QaOptions withMaxAnswerTokens(int maxAnswerTokens) {
        return new QaOptions(topK, maxAnswerTokens, handleImpossible, truncation, stride);
    }

    public QaOptions withHandleImpossible(boolean handleImpossible) {
        return new QaOptions(topK, maxAnswerTokens, handleImpossible, truncation, stride);
    }

    public QaOptions withTruncation(Truncation truncation) {
        return new QaOptions(topK, maxAnswerTokens, handleImpossible, truncation, stride);
    }

    public QaOptions withStride(int stride) {
        return new QaOptions(topK, maxAnswerTokens, handleImpossible, truncation, stride);
    }
}
