package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Tensor;

import java.nio.FloatBuffer;

/** A matrix in native memory, with {@link #SLACK} rows of undefined content behind it so that blocks may overrun. */
final class CpuTensor implements Tensor {

    static final int SLACK = 64;

    private final NumberType type;
    private final int rows;
    private final int columns;
    private final NativeMemory.Block block;
    private final Arena arena;

    CpuTensor(NumberType type, int rows, int columns, NativeMemory.Block block, Arena arena) {
        this.type = type;
        this.rows = rows;
        this.columns = columns;
        this.block = block;
        this.arena = arena;
    }

    static long bytes(NumberType type, int rows, int columns) {
        return type.bytes() * ((long) rows + SLACK) * columns;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    NumberType type() {
        return type;
    }

    long address() {
        return block.address();
    }

    long address(long row, long column) {
        return block.address() + type.bytes() * (row * columns + column);
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
