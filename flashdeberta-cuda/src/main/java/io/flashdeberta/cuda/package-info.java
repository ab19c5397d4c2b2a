/** The CUDA backend. */
@NullMarked
package io.flashdeberta.cuda;

import org.jspecify.annotations.NullMarked;
