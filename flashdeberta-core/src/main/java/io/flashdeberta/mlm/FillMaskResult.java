package io.flashdeberta.mlm;

import java.util.List;

/**
 * What could stand at a text's masks.
 *
 * @param masks all masks, in the order of the text
 * @param sequences if there is one mask, the text as the tokenizer reads it with each of its predictions in place; else empty
 * @param tokens tokens the model read, special tokens included
 */
public record FillMaskResult(List<MaskResult> masks, List<String> sequences, int tokens) {

    public FillMaskResult {
        masks = List.copyOf(masks);
        sequences = List.copyOf(sequences);
    }
}
