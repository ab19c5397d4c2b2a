/** Ranking documents by relevance to a query with a cross-encoder. */
@NullMarked
package io.flashdeberta.rerank;

import org.jspecify.annotations.NullMarked;
