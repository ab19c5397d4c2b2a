package io.flashdeberta.rerank;

/** From a reranker's logit to its score. */
public enum ScoreActivation {
    /** What the checkpoint says, as sentence-transformers reads it; a sigmoid when it says nothing. */
    CHECKPOINT,
    /** {@code 1 / (1 + e⁻ˣ)}: scores from 0 to 1. */
    SIGMOID,
    /** The logit is the score. */
    NONE
}
