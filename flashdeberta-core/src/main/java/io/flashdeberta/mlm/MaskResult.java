package io.flashdeberta.mlm;

import java.util.List;

/**
 * What could stand at one mask.
 *
 * @param start where the mask starts in the text, in UTF-16 characters
 * @param end where it ends, exclusive
 * @param predictions the most probable tokens, the best first
 */
public record MaskResult(int start, int end, List<TokenPrediction> predictions) {

    public MaskResult {
        predictions = List.copyOf(predictions);
    }

    /** The most probable token. */
    public TokenPrediction best() {
        return predictions.get(0);
    }
}
