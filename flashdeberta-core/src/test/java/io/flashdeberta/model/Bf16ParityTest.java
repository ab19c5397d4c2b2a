package io.flashdeberta.model;

import io.flashdeberta.backend.Precision;

import org.junit.jupiter.api.condition.EnabledIf;

/** The same in bf16, which keeps 8 significant bits. */
@EnabledIf("io.flashdeberta.backend.cpu.Processor#hasBf16")
class Bf16ParityTest extends ParitySuite {
    Bf16ParityTest() {
        super("cpu", Precision.BF16, 0.2, 1e-5);
    }
}
