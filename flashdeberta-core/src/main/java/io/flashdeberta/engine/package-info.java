/** What all tasks share: opening a model, fitting texts into its limit, packing batches and running them. */
@NullMarked
package io.flashdeberta.engine;

import org.jspecify.annotations.NullMarked;
