/** Spring Boot auto-configuration: properties, beans, cache, health and start-up failures. */
@NullMarked
package io.flashdeberta.autoconfigure;

import org.jspecify.annotations.NullMarked;
