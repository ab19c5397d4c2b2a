/** What all packages share. */
@NullMarked
package io.flashdeberta;

import org.jspecify.annotations.NullMarked;
