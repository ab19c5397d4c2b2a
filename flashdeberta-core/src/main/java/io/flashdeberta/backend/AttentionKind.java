package io.flashdeberta.backend;

/** How disentangled attention is computed; both give the same numbers. */
public enum AttentionKind {
    /** The textbook: whole score matrices, quadratic in the sequence length. The reference for the other. */
    EAGER,
    /** By blocks of query rows, memory linear in the sequence length. */
    FLASH
}
