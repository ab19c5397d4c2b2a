package io.flashdeberta.cuda;

import java.util.stream.IntStream;

/**
 * How an attention kernel wants a position table.
 *
 * @param sources for each row of a head's table, the row of KR or QR that it holds
 * @param width values of a row, those of the head and zeros after them
 * @param swizzled whether the 16-byte pieces of row r lie at piece ^ (r & 7)
 */
record TableLayout(int[] sources, int width, boolean swizzled) {

    /** A head's rows side by side. */
    static TableLayout plain(int rows, int headSize) {
        return new TableLayout(IntStream.range(0, rows).toArray(), headSize, false);
    }

    int rows() {
        return sources.length;
    }
}
