package io.flashdeberta.model;

import io.flashdeberta.backend.Precision;

import org.junit.jupiter.api.condition.EnabledIf;

/** The same with linear layers in 8 bits. Sequences that share a block of rows share its scale, so a batch changes results. */
@EnabledIf("io.flashdeberta.backend.cpu.Processor#hasInt8")
class Int8ParityTest extends ParitySuite {
    Int8ParityTest() {
        super("cpu", Precision.INT8, 0.8, 0.8);
    }
}
