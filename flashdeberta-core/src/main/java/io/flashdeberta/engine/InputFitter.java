package io.flashdeberta.engine;

import io.flashdeberta.engine.FittedInput.Piece;
import io.flashdeberta.tokenizer.ModelInput;
import io.flashdeberta.tokenizer.SpecialTokens;
import io.flashdeberta.tokenizer.TokenWindows;
import io.flashdeberta.tokenizer.TokenizedPair;
import io.flashdeberta.tokenizer.TokenizedText;

import java.util.List;

/**
 * Fits texts into a model's limit.
 *
 * @param maxTokens the limit of one sequence, special tokens included
 */
public record InputFitter(int maxTokens, SpecialTokens specialTokens) {

    /** Tokens that neighbouring windows share unless asked for otherwise. */
    public static final int OVERLAP = 128;

    /** A window has at least this part of a sequence, or a long text would become countless windows. */
    private static final int LEAST_WINDOW_PART = 8;

    /**
     * {@code [CLS] text [SEP]}.
     *
     * @param what the text, for a message, as in "Text 3"
     * @throws InputTooLongException if it is too long and {@code truncation} is {@link Truncation#ERROR}
     */
    public FittedInput single(String what, TokenizedText text, Truncation truncation) {
        int room = maxTokens - ModelInput.SINGLE_SPECIAL_TOKENS;
        if (text.size() <= room) {
            return new FittedInput(List.of(piece(text)), false);
        }
        return switch (truncation) {
            case ERROR -> throw tooLong(what, text.size() + ModelInput.SINGLE_SPECIAL_TOKENS);
            case TRUNCATE -> new FittedInput(List.of(piece(text.slice(0, room))), true);
            case WINDOW -> windows(text, Math.min(OVERLAP, room / 2));
        };
    }

    /**
     * {@code [CLS] window [SEP]} for windows of a text.
     *
     * @param overlap tokens that neighbouring windows share, fewer than a window has
     */
    public FittedInput windows(TokenizedText text, int overlap) {
        int room = maxTokens - ModelInput.SINGLE_SPECIAL_TOKENS;
        return new FittedInput(
                TokenWindows.windows(text, room, overlap).stream()
                        .map(this::piece)
                        .toList(),
                false);
    }

    /**
     * {@code [CLS] first [SEP] second [SEP]}; too long a pair is cut at the end of the longer text.
     *
     * @param what the pair, for a message, as in "Document 3 with the query"
     * @throws InputTooLongException if it is too long and {@code truncation} is {@link Truncation#ERROR}, or if
     *     {@link Truncation#WINDOW} has no room because of the first text alone
     */
    public FittedInput pair(
            String what, TokenizedText first, TokenizedText second, Truncation truncation) {
        int length = first.size() + second.size() + ModelInput.PAIR_SPECIAL_TOKENS;
        if (length <= maxTokens) {
            return new FittedInput(List.of(piece(first, second)), false);
        }
        return switch (truncation) {
            case ERROR -> throw tooLong(what, length);
            case TRUNCATE -> longestFirst(first, second);
            case WINDOW -> windows(what, first, second, OVERLAP);
        };
    }

    /**
     * {@code [CLS] first [SEP] window [SEP]} for windows of the second text.
     *
     * @param overlap tokens that neighbouring windows share, at most half of a window
     * @throws InputTooLongException if the first text leaves no room
     */
    public FittedInput windows(
            String what, TokenizedText first, TokenizedText second, int overlap) {
        int room = maxTokens - ModelInput.PAIR_SPECIAL_TOKENS - first.size();
        int leastRoom = Math.max(1, maxTokens / LEAST_WINDOW_PART);
        if (room < leastRoom) {
            throw new InputTooLongException(
                    what + ": the text that goes with every window",
                    first.size(),
                    maxTokens - ModelInput.PAIR_SPECIAL_TOKENS - leastRoom,
                    "Shorten it, or raise maxTokens.");
        }
        return new FittedInput(
                TokenWindows.windows(second, room, Math.min(overlap, room / 2)).stream()
                        .map(window -> piece(first, window))
                        .toList(),
                false);
    }

    private FittedInput longestFirst(TokenizedText first, TokenizedText second) {
        TokenizedPair pair = TokenizedPair.longestFirst(
                first, second, maxTokens - ModelInput.PAIR_SPECIAL_TOKENS);
        return new FittedInput(List.of(piece(pair.first(), pair.second())), pair.truncated());
    }

    private Piece piece(TokenizedText text) {
        return new Piece(ModelInput.single(text, specialTokens), text);
    }

    private Piece piece(TokenizedText first, TokenizedText second) {
        return new Piece(ModelInput.pair(first, second, specialTokens), second);
    }

    private InputTooLongException tooLong(String what, int tokens) {
        return new InputTooLongException(
                what,
                tokens,
                maxTokens,
                "Shorten it, raise maxTokens, or choose another Truncation.");
    }
}
