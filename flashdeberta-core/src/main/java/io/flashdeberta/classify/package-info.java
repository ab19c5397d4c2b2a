/** Labelling whole texts with sequence classification. */
@NullMarked
package io.flashdeberta.classify;

import org.jspecify.annotations.NullMarked;
