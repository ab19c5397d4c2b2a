/** Vectors of texts and of their tokens. */
@NullMarked
package io.flashdeberta.embed;

import org.jspecify.annotations.NullMarked;
