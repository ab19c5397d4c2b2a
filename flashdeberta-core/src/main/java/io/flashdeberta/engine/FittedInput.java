package io.flashdeberta.engine;

import io.flashdeberta.tokenizer.ModelInput;
import io.flashdeberta.tokenizer.TokenizedText;

import java.util.List;

/**
 * A text, or a pair of them, as sequences within the model's limit: one, or several windows.
 *
 * @param pieces at least one
 * @param truncated whether a part of the text is in none of them
 */
public record FittedInput(List<Piece> pieces, boolean truncated) {

    public FittedInput {
        pieces = List.copyOf(pieces);
    }

    /**
     * One sequence.
     *
     * @param text the tokens of its text, of a pair the second one
     */
    public record Piece(ModelInput input, TokenizedText text) {

        /** The position in the sequence where {@link #text()} starts. */
        public int textPosition() {
            return input.length() - 1 - text.size();
        }
    }

    /** Tokens the model reads, special tokens and the overlap of windows included. */
    public int tokens() {
        return pieces.stream().mapToInt(piece -> piece.input().length()).sum();
    }

    /** Only the first window. */
    public FittedInput first() {
        return new FittedInput(pieces.subList(0, 1), truncated || pieces.size() > 1);
    }
}
