/** DeBERTa-v2/v3: its configuration, the encoder's forward pass and the heads, written once over the operations of a backend. */
@NullMarked
package io.flashdeberta.model;

import org.jspecify.annotations.NullMarked;
