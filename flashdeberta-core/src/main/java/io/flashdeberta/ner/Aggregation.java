package io.flashdeberta.ner;

/**
 * How the labels of tokens become entities; the {@code aggregation_strategy} of transformers.
 *
 * <p>{@link #FIRST}, {@link #AVERAGE} and {@link #MAX} give all tokens of a word one label. DeBERTa's tokenizer knows a word only
 * as what stands between spaces: with them "(Siemens)," is one word, and its first token is the bracket. {@link #SIMPLE} is
 * therefore the default.
 */
public enum Aggregation {
    /** Each token that has a label is an entity, under the label as the checkpoint writes it ("B-PER"). */
    NONE,
    /** Neighbouring tokens of the same type are one entity; a "B-" label starts another. */
    SIMPLE,
    /** Like {@link #SIMPLE}, and a word has the label of its first token. */
    FIRST,
    /** Like {@link #SIMPLE}, and a word has the label that is the most probable on average over its tokens. */
    AVERAGE,
    /** Like {@link #SIMPLE}, and a word has the label of its most certain token. */
    MAX
}
