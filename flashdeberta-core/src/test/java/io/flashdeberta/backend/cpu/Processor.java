package io.flashdeberta.backend.cpu;

/** Which tests can run here. */
public final class Processor {

    private Processor() {}

    public static boolean hasBf16() {
        return NumberType.hasBf16();
    }

    public static boolean hasInt8() {
        return NumberType.hasInt8();
    }
}
