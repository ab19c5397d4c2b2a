package io.flashdeberta.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Turns stored numbers into floats. */
interface FloatDecoder {

    /** Decodes all of {@code source}, in its byte order, to the position of {@code target}. */
    void decode(ByteBuffer source, FloatBuffer target);

    /** The decoder for a type, or null for one that is not of floating-point numbers. */
    static @Nullable FloatDecoder of(DataType type) {
        return switch (type) {
            case F32 -> (source, target) -> target.put(source.asFloatBuffer());
            case F64 -> FloatDecoder::doubles;
            case F16 -> FloatDecoder::halves;
            case BF16 -> FloatDecoder::bfloats;
            default -> null;
        };
    }

    private static void doubles(ByteBuffer source, FloatBuffer target) {
        for (int i = source.position(); i < source.limit(); i += Double.BYTES) {
            target.put((float) source.getDouble(i));
        }
    }

    private static void halves(ByteBuffer source, FloatBuffer target) {
        short[] stored = shorts(source);
        float[] floats = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            floats[i] = half(stored[i]);
        }
        target.put(floats);
    }

    private static void bfloats(ByteBuffer source, FloatBuffer target) {
        short[] stored = shorts(source);
        float[] floats = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            floats[i] = Float.intBitsToFloat(stored[i] << 16);
        }
        target.put(floats);
    }

    private static short[] shorts(ByteBuffer source) {
        short[] stored = new short[source.remaining() / Short.BYTES];
        source.asShortBuffer().get(stored);
        return stored;
    }

    /** IEEE 754 binary16, subnormals included: its bits moved into a float are the number times 2^-112. */
    private static float half(short bits) {
        float magnitude = Float.intBitsToFloat((bits & 0x7fff) << 13) * 0x1p112f;
        int infinite = magnitude >= 0x1p16f ? 0x7f80_0000 : 0;
        return Float.intBitsToFloat(
                Float.floatToRawIntBits(magnitude) | infinite | (bits & 0x8000) << 16);
    }
}
