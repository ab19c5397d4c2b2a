package io.flashdeberta.ner;

/** A token or word with the white space before it, its tag and the tag's probability. */
record TaggedSpan(Tag tag, double score, int start, int end) {}
