/** Finding entities in texts with token classification. */
@NullMarked
package io.flashdeberta.ner;

import org.jspecify.annotations.NullMarked;
