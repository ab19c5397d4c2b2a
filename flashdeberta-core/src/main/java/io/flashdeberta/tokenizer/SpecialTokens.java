package io.flashdeberta.tokenizer;

import java.util.OptionalInt;

/**
 * Ids of the tokens with a role of their own.
 *
 * @param mask empty when the vocabulary has none
 */
public record SpecialTokens(int cls, int sep, int pad, int unk, OptionalInt mask) {}
