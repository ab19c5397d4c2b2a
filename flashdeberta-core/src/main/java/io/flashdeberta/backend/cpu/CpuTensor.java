package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Tensor;

import java.nio.FloatBuffer;

/** A fp32 matrix in native memory, with {@link #SLACK} rows of undefined content behind it so that blocks may overrun. */
final class CpuTensor implements Tensor {

    static final int SLACK = 64;

    private final int rows;
    private final int columns;
    private final NativeMemory.Block block;
    private final Arena arena;

    CpuTensor(int rows, int columns, NativeMemory.Block block, Arena arena) {
        this.rows = rows;
        this.columns = columns;
        this.block = block;
        this.arena = arena;
    }

    static long bytes(int rows, int columns) {
        return 4L * ((long) rows + SLACK) * columns;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    long address() {
        return block.address();
    }

    long address(long row, long column) {
        return block.address() + 4 * (row * columns + column);
    }

    FloatBuffer row(int row) {
        return Address.floats(address(row, 0), columns);
    }

    NativeMemory.Block block() {
        return block;
    }

    @Override
    public void close() {
        arena.release(this);
    }
}
