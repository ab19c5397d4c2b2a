/** Text to token ids with character offsets, and tokens to the sequences a model reads. */
@NullMarked
package io.flashdeberta.tokenizer;

import org.jspecify.annotations.NullMarked;
