package io.flashdeberta.model;

import io.flashdeberta.backend.Precision;

/** The CPU. */
class ParityTest extends ParitySuite {

    ParityTest() {
        super("cpu", Precision.FP32, 1e-4, 1e-5);
    }
}
