package io.flashdeberta.cuda;

/**
 * How an attention kernel wants a position table: head h's row r begins at number {@code h·headStride + (r + shift)·rowStride}.
 *
 * @param numbers all of them, with those between and around the rows, which are 0
 * @param swizzled whether 8 numbers lie together at a place that depends on the row, as position_table.cu says
 */
record TableShape(long numbers, int shift, int headStride, int rowStride, boolean swizzled) {

    /** {@code [heads, rows, headSize]}. */
    static TableShape byHead(int rows, int heads, int headSize) {
        long numbers = (long) rows * heads * headSize;
        return new TableShape(numbers, 0, Math.multiplyExact(rows, headSize), headSize, false);
    }

    /** {@code [rows, heads, headSize]}. */
    static TableShape byRow(int rows, int heads, int headSize) {
        return new TableShape((long) rows * heads * headSize, 0, headSize, heads * headSize, false);
    }
}
