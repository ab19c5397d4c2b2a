package io.flashdeberta.engine;

import java.util.Arrays;
import java.util.OptionalDouble;

/** The rows that a head gave for one sequence. */
public final class Output {

    private final float[] values;
    private final int first;
    private final int rows;
    private final int columns;

    /** The {@code rows} rows of {@code values} that start at row {@code first}. */
    Output(float[] values, int first, int rows, int columns) {
        this.values = values;
        this.first = first;
        this.rows = rows;
        this.columns = columns;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public float get(int row, int column) {
        return values[(first + row) * columns + column];
    }

    /** A value that is no finite number, if there is one. */
    OptionalDouble notFinite() {
        for (int i = first * columns; i < (first + rows) * columns; i++) {
            if (!Float.isFinite(values[i])) {
                return OptionalDouble.of(values[i]);
            }
        }
        return OptionalDouble.empty();
    }

    /** A copy of one row. */
    public float[] row(int row) {
        int from = (first + row) * columns;
        return Arrays.copyOfRange(values, from, from + columns);
    }
}
