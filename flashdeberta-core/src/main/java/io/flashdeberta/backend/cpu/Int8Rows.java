package io.flashdeberta.backend.cpu;

import org.bytedeco.javacpp.Pointer;

/** A matrix rounded to 8 bits in blocks of rows, each with a scale of its own. */
final class Int8Rows implements AutoCloseable {

    private final CpuTensor values;

    /** Of each block the factor of rounding, and the scale. */
    private final CpuTensor scales;

    private Int8Rows(CpuTensor values, CpuTensor scales) {
        this.values = values;
        this.scales = scales;
    }

    static Int8Rows of(CpuThreads threads, Lane[] lanes, Arena arena, CpuTensor x, int blockRows) {
        int blocks = (x.rows() + blockRows - 1) / blockRows;
        CpuTensor scales = arena.allocate(blocks, 2);
        Int8Rows result;
        try {
            result = new Int8Rows(arena.allocate(NumberType.INT8, x.rows(), x.columns()), scales);
        } catch (RuntimeException | Error e) {
            scales.close();
            throw e;
        }
        try {
            threads.forEach(
                    lanes, blocks, (lane, block) -> result.round(lane, x, block, blockRows));
            return result;
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    private void round(Lane lane, CpuTensor x, int block, int blockRows) {
        int row = block * blockRows;
        int used = Math.min(blockRows, x.rows() - row);
        int rows = CpuLinear.roundUp(used, 16);
        clear(x, row + used, rows - used);
        long factor = scales.address(block, 0);
        new Int8Scales(greatest(lane, rows, x.columns(), x.address(row, 0)))
                .write(factor, scaleAddress(block));
        lane.run(
                new Operation.RoundToInt8(rows, x.columns()),
                x.address(row, 0),
                address(row),
                factor);
    }

    /** So that what is behind the last row counts for nothing. */
    private static void clear(CpuTensor x, int row, int rows) {
        Pointer.memset(new Address().at(x.address(row, 0)), 0, 4L * rows * x.columns());
    }

    /** The greatest magnitude; NaN if there is a value that is no finite number, which the extremes alone need not show. */
    private static float greatest(Lane lane, int rows, int columns, long values) {
        float sum = reduce(Operation.Reduce.Kind.SUM, lane, rows, columns, values);
        float most = reduce(Operation.Reduce.Kind.MAX, lane, rows, columns, values);
        float least = reduce(Operation.Reduce.Kind.MIN, lane, rows, columns, values);
        return Float.isFinite(sum) ? Math.max(most, -least) : Float.NaN;
    }

    private static float reduce(
            Operation.Reduce.Kind kind, Lane lane, int rows, int columns, long values) {
        long result = lane.scratch(Lane.Scratch.OUTPUT, 1);
        lane.run(new Operation.Reduce(kind, rows, columns), values, result);
        return Address.floats(result, 1).get(0);
    }

    long address(int row) {
        return values.address(row, 0);
    }

    /** Where the number is that a block's values are multiplied by. */
    long scaleAddress(int block) {
        return scales.address(block, 1);
    }

    @Override
    public void close() {
        values.close();
        scales.close();
    }
}
