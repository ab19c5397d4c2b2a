package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Linear;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Weights cut into panels of outputs, each in oneDNN's own layout, so that threads can share one product's columns. */
final class CpuLinear implements Linear {

    private static final int WIDEST_PANEL = 768;
    private static final int ROWS = 128;

    /** The last layers of classifiers, which have fewer, take no time, and their results are read. */
    private static final int FEWEST_INT8_OUTPUTS = 64;

    private final int inputs;
    private final int outputs;
    private final List<Panel> panels;
    private final NativeMemory.Block bias;
    private final long biasAddress;

    /** @param scales of the outputs, if they have any */
    private record Panel(
            int from,
            PackedLayout layout,
            NativeMemory.Block weights,
            NativeMemory.@Nullable Block scales) {}

    private CpuLinear(int inputs, int outputs, List<Panel> panels, NativeMemory.Block bias) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.panels = panels;
        this.bias = bias;
        this.biasAddress = bias.address();
    }

    /** A source of rows {@code [outputs, inputs]} of fp32 weights. */
    interface Rows {
        void read(int from, int to, FloatBuffer target);
    }

    static CpuLinear load(
            int inputs, int outputs, Rows weights, float[] bias, CpuBackend backend, Lane lane) {
        NativeMemory memory = backend.memory();
        NumberType type = backend.linearType() == NumberType.INT8 && outputs < FEWEST_INT8_OUTPUTS
                ? NumberType.FP32
                : backend.linearType();
        int width = panelWidth(outputs, backend.threads());
        List<Panel> panels = new ArrayList<>();
        for (int from = 0; from < outputs; from += width) {
            int to = Math.min(outputs, from + width);
            long plain = lane.scratch(Lane.Scratch.OUTPUT, (long) inputs * (to - from));
            weights.read(from, to, Address.floats(plain, Math.multiplyExact(inputs, to - from)));
            PackedLayout layout = PackedLayout.of(type, inputs, to - from);
            panels.add(pack(from, layout, plain, memory, lane));
        }
        NativeMemory.Block biases = memory.allocateFloats(outputs);
        Address.floats(biases.address(), outputs).put(bias);
        return new CpuLinear(inputs, outputs, List.copyOf(panels), biases);
    }

    private static Panel pack(
            int from, PackedLayout layout, long plain, NativeMemory memory, Lane lane) {
        NativeMemory.Block packed = memory.allocate(layout.bytes());
        if (layout.type() != NumberType.INT8) {
            lane.run(new Operation.Pack(layout), plain, packed.address());
            return new Panel(from, layout, packed, null);
        }
        NativeMemory.Block scales = memory.allocateFloats(layout.outputs());
        lane.run(
                new Operation.Pack(layout),
                roundRows(layout, plain, scales, lane),
                packed.address());
        return new Panel(from, layout, packed, scales);
    }

    /** Rounds each output's weights to 8 bits, and returns where they are. */
    private static long roundRows(
            PackedLayout layout, long plain, NativeMemory.Block scales, Lane lane) {
        int inputs = layout.inputs();
        int outputs = layout.outputs();
        long rounded = lane.scratch(Lane.Scratch.ROUNDED, ((long) inputs * outputs + 3) / 4);
        long factors = lane.scratch(Lane.Scratch.ROW_TERMS, outputs);
        Int8Scales.ofRows(plain, outputs, inputs).write(factors, scales.address());
        for (long row = 0; row < outputs; row++) {
            lane.run(
                    new Operation.RoundToInt8(1, inputs),
                    plain + 4 * row * inputs,
                    rounded + row * inputs,
                    factors + 4 * row);
        }
        return rounded;
    }

    /** Panels of equal width, as many for every thread. */
    private static int panelWidth(int outputs, int threads) {
        int rounds = (outputs + WIDEST_PANEL * threads - 1) / (WIDEST_PANEL * threads);
        return roundUp((outputs + rounds * threads - 1) / (rounds * threads), 64);
    }

    static int roundUp(int value, int unit) {
        return (value + unit - 1) / unit * unit;
    }

    /** Computes {@code y = activation(x·Wᵀ + b)}, blocks of rows times panels shared among the threads. */
    void apply(
            CpuThreads threads,
            Lane[] lanes,
            Arena arena,
            CpuTensor x,
            CpuTensor y,
            Activation activation) {
        if (panels.get(0).layout().type() == NumberType.INT8) {
            try (Int8Rows rows = Int8Rows.of(threads, lanes, arena, x, ROWS)) {
                applyInt8(threads, lanes, rows, x.rows(), y, activation);
            }
        } else {
            applyFloat(threads, lanes, x, y, activation);
        }
    }

    private void applyInt8(
            CpuThreads threads,
            Lane[] lanes,
            Int8Rows x,
            int allRows,
            CpuTensor y,
            Activation activation) {
        int blocks = (allRows + ROWS - 1) / ROWS;
        threads.forEach(lanes, blocks * panels.size(), (lane, item) -> {
            Panel panel = panels.get(item / blocks);
            int block = item % blocks;
            int row = block * ROWS;
            int rows = roundUp(Math.min(ROWS, allRows - row), 16);
            lane.run(
                    new Operation.Dense(rows, panel.layout(), inputs, y.columns(), activation),
                    x.address(row),
                    panel.weights().address(),
                    biasAddress + 4L * panel.from(),
                    y.address(row, panel.from()),
                    x.scaleAddress(block),
                    Objects.requireNonNull(panel.scales()).address());
        });
    }

    private void applyFloat(
            CpuThreads threads, Lane[] lanes, CpuTensor x, CpuTensor y, Activation activation) {
        int blocks = (x.rows() + ROWS - 1) / ROWS;
        threads.forEach(lanes, blocks * panels.size(), (lane, item) -> {
            Panel panel = panels.get(item / blocks);
            int row = item % blocks * ROWS;
            int rows = roundUp(Math.min(ROWS, x.rows() - row), 16);
            lane.run(
                    new Operation.Dense(rows, panel.layout(), x.columns(), y.columns(), activation),
                    lane.rounded(panel.layout().type(), rows, x.columns(), x.address(row, 0)),
                    panel.weights().address(),
                    biasAddress + 4L * panel.from(),
                    y.address(row, panel.from()));
        });
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void close() {
        for (Panel panel : panels) {
            panel.weights().close();
            if (panel.scales() != null) {
                panel.scales().close();
            }
        }
        bias.close();
    }
}
