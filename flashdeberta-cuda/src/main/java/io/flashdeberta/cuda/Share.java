package io.flashdeberta.cuda;

/**
 * A part of the key tiles of attention's units, one unit after the other: {@code Share} of shares.cuh.
 *
 * @param tiles tiles in all
 * @param unit the last unit
 * @param end the tile behind the last, counted from that unit's first
 * @param slot where the part of a unit goes that another share ends
 * @param parts of its first unit that others leave to it, in the slots before
 */
record Share(int tiles, int unit, int end, int slot, int parts) {

    /** Numbers of a share on the GPU: these, and zeros up to 32 bytes. */
    static final int NUMBERS = 8;

    void write(int[] numbers, int at) {
        int[] all = {tiles, unit, end, slot, parts};
        System.arraycopy(all, 0, numbers, at, all.length);
    }
}
