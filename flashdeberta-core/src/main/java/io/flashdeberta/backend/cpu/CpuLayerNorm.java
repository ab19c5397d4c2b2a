package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.LayerNorm;

import org.jspecify.annotations.Nullable;

/** Scale and shift in native memory. */
record CpuLayerNorm(int size, NativeMemory.Block scale, NativeMemory.Block shift, float epsilon)
        implements LayerNorm {

    private static final int MOST_ROWS = 64;

    /** Normalises the rows of {@code x}, plus those of {@code residual} unless it is null, into {@code y}. */
    void apply(
            CpuThreads threads,
            Lane[] lanes,
            CpuTensor x,
            @Nullable CpuTensor residual,
            CpuTensor y) {
        int share = (x.rows() + threads.count() - 1) / threads.count();
        int rows = Math.min(MOST_ROWS, CpuLinear.roundUp(share, 16));
        Operation.Normalize normalize = new Operation.Normalize(rows, size, epsilon);
        threads.forEach(lanes, (x.rows() + rows - 1) / rows, (lane, item) -> {
            int row = item * rows;
            long source = x.address(row, 0);
            if (residual != null) {
                source = y.address(row, 0);
                lane.run(
                        new Operation.Add(rows, size),
                        x.address(row, 0),
                        residual.address(row, 0),
                        source);
            }
            lane.run(normalize, source, scale.address(), shift.address(), y.address(row, 0));
        });
    }

    @Override
    public void close() {
        scale.close();
        shift.close();
    }
}
