/** The CPU backend: oneDNN's primitives in fp32, one to a thread, over a pool of the backend's own threads. */
@NullMarked
package io.flashdeberta.backend.cpu;

import org.jspecify.annotations.NullMarked;
