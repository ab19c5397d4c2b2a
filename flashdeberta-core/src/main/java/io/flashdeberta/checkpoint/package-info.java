/** Where a model comes from: a Hugging Face folder on disk or on the class path, its JSON files and its weights. */
@NullMarked
package io.flashdeberta.checkpoint;

import org.jspecify.annotations.NullMarked;
