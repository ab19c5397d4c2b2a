/** Choosing among answers with a multiple choice head. */
@NullMarked
package io.flashdeberta.choice;

import org.jspecify.annotations.NullMarked;
