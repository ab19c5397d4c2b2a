package io.flashdeberta.cuda;

/** Sizes rounded up to a few, so that matrix products and recorded passes have few shapes. */
final class Rounding {

    private static final int FEWEST_ROWS = 16;
    private static final int FEWEST_ITEMS = 4;

    private Rounding() {}

    /** Rows of a tensor with those behind it that are computed and never read: at most a sixteenth more, or 15. */
    static int rows(int rows) {
        return up(rows, Math.max(FEWEST_ROWS, Integer.highestOneBit(Math.max(1, rows)) / 16));
    }

    /** Work items of an attention kernel: at most a quarter more, or 3. */
    static int items(int items) {
        return up(items, Math.max(FEWEST_ITEMS, Integer.highestOneBit(Math.max(1, items)) / 4));
    }

    static int up(int value, int unit) {
        return Math.multiplyExact((value + unit - 1) / unit, unit);
    }

    static int blocks(long values, int each) {
        return Math.toIntExact((values + each - 1) / each);
    }
}
