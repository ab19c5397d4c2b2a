package io.flashdeberta.backend.cpu;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** How 8 bits cover numbers from −greatest to greatest: a number is its 8 bits times greatest / 127. */
record Int8Scales(float... greatest) {

    private static final int MOST = 127;
    private static final int MAGNITUDE = Integer.MAX_VALUE;
    private static final int CHUNK = 4096;

    /** A scale for each row of {@code [rows, columns]} floats at an address. */
    static Int8Scales ofRows(long address, int rows, int columns) {
        int[] chunk = new int[CHUNK];
        float[] greatest = new float[rows];
        for (int row = 0; row < rows; row++) {
            greatest[row] = greatest(address + 4L * row * columns, columns, chunk);
        }
        return new Int8Scales(greatest);
    }

    /** The greatest magnitude, or no finite number if there is one: the bits of floats have the order of their magnitudes. */
    private static float greatest(long address, int count, int[] chunk) {
        IntBuffer bits = Address.ints(address, count);
        int greatest = 0;
        while (bits.hasRemaining()) {
            int part = Math.min(CHUNK, bits.remaining());
            bits.get(chunk, 0, part);
            for (int i = 0; i < part; i++) {
                greatest = Math.max(greatest, chunk[i] & MAGNITUDE);
            }
        }
        return Float.intBitsToFloat(greatest);
    }

    /** Writes what numbers are multiplied by to become 8 bits, and what 8 bits are multiplied by to become numbers. */
    void write(long factors, long scales) {
        FloatBuffer in = Address.floats(factors, greatest.length);
        FloatBuffer out = Address.floats(scales, greatest.length);
        for (float most : greatest) {
            in.put(most == 0 ? 0 : MOST / most);
            out.put(most / MOST);
        }
    }
}
