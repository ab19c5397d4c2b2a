package io.flashdeberta.backend;

/** The numbers that a backend stores and computes with; sums are always formed in fp32. */
public enum Precision {
    /** What suits the device: fp32 on the CPU, fp16 on a GPU. */
    AUTO,
    /** 32 bits. */
    FP32,
    /** 16 bits, 11 of them significant; up to 65,504. */
    FP16,
    /** 16 bits, 8 of them significant, with the range of fp32. */
    BF16,
    /** Linear layers in 8 bits, each output's weights and each block of tokens with a scale of its own; the rest as fast as it is exact. */
    INT8
}
