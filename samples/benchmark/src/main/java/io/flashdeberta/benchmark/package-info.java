/** Programs that measure the library on the machine at hand, with random weights of published sizes. */
@NullMarked
package io.flashdeberta.benchmark;

import org.jspecify.annotations.NullMarked;
