/** Answering questions with parts of a text. */
@NullMarked
package io.flashdeberta.qa;

import org.jspecify.annotations.NullMarked;
