/** Adapters to Spring AI. */
@NullMarked
package io.flashdeberta.springai;

import org.jspecify.annotations.NullMarked;
