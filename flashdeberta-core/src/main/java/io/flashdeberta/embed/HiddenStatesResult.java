package io.flashdeberta.embed;

import java.util.List;

/**
 * The model's last hidden states.
 *
 * @param tokens all tokens the model read, {@code [CLS]} first and {@code [SEP]} last
 * @param truncated whether the end of the text was not read
 */
public record HiddenStatesResult(List<TokenEmbedding> tokens, boolean truncated) {

    public HiddenStatesResult {
        tokens = List.copyOf(tokens);
    }
}
