package io.flashdeberta.rerank;

/**
 * A document's relevance to the query.
 *
 * @param index the document's place in the list that was passed in, from 0
 * @param score relevance, the higher the better; from 0 to 1 when it is a sigmoid
 * @param logit the model's output before the activation; it still tells documents apart whose scores round to 1
 * @param tokens tokens the model read, query, special tokens and the overlap of windows included
 * @param truncated whether a part of the query or the document was not read
 */
public record RerankResult(int index, float score, float logit, int tokens, boolean truncated) {}
