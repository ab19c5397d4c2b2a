package io.flashdeberta.ner;

import java.util.List;

/**
 * The entities of one text.
 *
 * @param entities ordered by where they start
 * @param tokens tokens the model read, special tokens and the overlap of windows included
 * @param truncated whether the end of the text was not read
 */
public record NerResult(List<Entity> entities, int tokens, boolean truncated) {

    public NerResult {
        entities = List.copyOf(entities);
    }
}
