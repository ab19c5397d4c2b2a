package io.flashdeberta.cuda;

/**
 * A part of the key tiles of attention's units, one unit after the other: {@code Share} of shares.cuh.
 *
 * @param group which of the groups of units
 * @param tiles tiles in all
 * @param unit the last unit
 * @param end the tile behind the last, counted from that unit's first
 * @param slot where the part of a unit goes that another share ends
 * @param parts of its first unit that others leave to it, in the slots before
 */
record Share(int group, int tiles, int unit, int end, int slot, int parts) {

    /** Numbers of a share on the GPU. */
    static final int NUMBERS = 8;

    /**
     * Writes it.
     *
     * @param rows of a position table that can be needed: the first in the low half, the last in the high one
     * @param next the block's next share, 0 if there is none
     */
    void write(int[] numbers, int at, int rows, int next) {
        int[] all = {group, tiles, unit, end, slot, parts, rows, next};
        System.arraycopy(all, 0, numbers, at, NUMBERS);
    }
}
