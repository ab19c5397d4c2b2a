package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** A convolution as one matrix product a group, over rows that hold a token's neighbourhood: {@code [kernel · hidden/groups]}. */
record CpuConvolution(int kernelSize, int hidden, Activation activation, List<CpuLinear> groups)
        implements Convolution {

    /** @param weight {@code [hidden, hidden/groups, kernel]} */
    static CpuConvolution load(
            float[] weight,
            float[] bias,
            int kernelSize,
            int groupCount,
            Activation activation,
            CpuBackend backend,
            Lane lane) {
        int hidden = bias.length;
        int width = hidden / groupCount;
        List<CpuLinear> groups = new ArrayList<>();
        for (int g = 0; g < groupCount; g++) {
            int first = g * width;
            float[] groupBias = Arrays.copyOfRange(bias, first, first + width);
            CpuLinear.Rows rows = (from, to, target) -> {
                for (int out = from; out < to; out++) {
                    for (int k = 0; k < kernelSize; k++) {
                        for (int in = 0; in < width; in++) {
                            target.put(weight[((first + out) * width + in) * kernelSize + k]);
                        }
                    }
                }
            };
            groups.add(CpuLinear.load(kernelSize * width, width, rows, groupBias, backend, lane));
        }
        return new CpuConvolution(kernelSize, hidden, activation, List.copyOf(groups));
    }

    void apply(
            CpuThreads threads,
            Lane[] lanes,
            Arena arena,
            PackedBatch batch,
            CpuTensor x,
            CpuTensor y) {
        int width = hidden / groups.size();
        try (CpuTensor neighbours = arena.allocate(x.rows(), kernelSize * width);
                CpuTensor result = arena.allocate(x.rows(), width)) {
            for (int g = 0; g < groups.size(); g++) {
                int column = g * width;
                threads.forEach(
                        lanes,
                        batch.sequences(),
                        (lane, s) ->
                                gather(batch.start(s), batch.length(s), column, x, neighbours));
                groups.get(g).apply(threads, lanes, arena, neighbours, result, activation);
                copyColumns(result, 0, y, column, width);
            }
        }
    }

    private void gather(int start, int length, int column, CpuTensor x, CpuTensor neighbours) {
        long bytes = 4L * neighbours.columns() / kernelSize;
        for (int i = 0; i < length; i++) {
            for (int k = 0; k < kernelSize; k++) {
                int token = i + k - kernelSize / 2;
                Address target = new Address().at(neighbours.address(start + i, 0) + k * bytes);
                if (token < 0 || token >= length) {
                    Pointer.memset(target, 0, bytes);
                } else {
                    Pointer.memcpy(
                            target, new Address().at(x.address(start + token, column)), bytes);
                }
            }
        }
    }

    static void copyColumns(CpuTensor from, int fromColumn, CpuTensor to, int toColumn, int count) {
        Address source = new Address();
        Address target = new Address();
        for (int row = 0; row < from.rows(); row++) {
            Pointer.memcpy(
                    target.at(to.address(row, toColumn)),
                    source.at(from.address(row, fromColumn)),
                    4L * count);
        }
    }

    @Override
    public void close() {
        groups.forEach(CpuLinear::close);
    }
}
