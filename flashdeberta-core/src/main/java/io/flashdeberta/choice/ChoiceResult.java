package io.flashdeberta.choice;

import java.util.List;

/**
 * How much each choice fits.
 *
 * @param choices all choices, the best first
 * @param tokens tokens the model read over all choices, special tokens included
 * @param truncated whether the prompt was cut or a choice was
 */
public record ChoiceResult(List<Choice> choices, int tokens, boolean truncated) {

    public ChoiceResult {
        choices = List.copyOf(choices);
    }

    /** The choice that fits best. */
    public Choice best() {
        return choices.get(0);
    }
}
