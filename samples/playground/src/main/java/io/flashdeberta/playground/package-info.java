/** The playground web application. */
@NullMarked
package io.flashdeberta.playground;

import org.jspecify.annotations.NullMarked;
