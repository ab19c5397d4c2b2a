/** Filling masks in texts with a masked language model. */
@NullMarked
package io.flashdeberta.mlm;

import org.jspecify.annotations.NullMarked;
