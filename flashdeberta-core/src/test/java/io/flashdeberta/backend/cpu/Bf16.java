package io.flashdeberta.backend.cpu;

/** Whether tests in bf16 can run here. */
public final class Bf16 {

    private Bf16() {}

    public static boolean available() {
        return NumberType.hasBf16();
    }
}
