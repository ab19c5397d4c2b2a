package io.flashdeberta.backend.cpu;

/** A matrix rounded to 8 bits in blocks of rows, each with a scale of its own. */
final class Int8Rows implements AutoCloseable {

    private final CpuTensor values;
    private final CpuTensor factors;
    private final CpuTensor scales;

    private Int8Rows(CpuTensor values, CpuTensor factors, CpuTensor scales) {
        this.values = values;
        this.factors = factors;
        this.scales = scales;
    }

    static Int8Rows of(CpuThreads threads, Lane[] lanes, Arena arena, CpuTensor x, int blockRows) {
        int blocks = (x.rows() + blockRows - 1) / blockRows;
        Int8Rows result = new Int8Rows(
                arena.allocate(NumberType.INT8, x.rows(), x.columns()),
                arena.allocate(blocks, 1),
                arena.allocate(blocks, 1));
        threads.forEach(lanes, blocks, (lane, block) -> {
            int row = block * blockRows;
            int rows = Math.min(blockRows, x.rows() - row);
            new Int8Scales(greatest(lane, rows, x.columns(), x.address(row, 0)))
                    .write(result.factors.address(block, 0), result.scaleAddress(block));
            lane.run(
                    new Operation.RoundToInt8(CpuLinear.roundUp(rows, 16), x.columns()),
                    x.address(row, 0),
                    result.address(row),
                    result.factors.address(block, 0));
        });
        return result;
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
        return scales.address(block, 0);
    }

    @Override
    public void close() {
        values.close();
        factors.close();
        scales.close();
    }
}
