/**
 * The operations of the forward pass and the devices that execute them. A further device is a further implementation of
 * {@link io.flashdeberta.backend.Backend} and nothing else.
 */
@NullMarked
package io.flashdeberta.backend;

import org.jspecify.annotations.NullMarked;
