package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Linear;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Weights cut into panels of outputs, each in oneDNN's own layout, so that threads can share one product's columns. */
final class CpuLinear implements Linear {

    private static final int WIDEST_PANEL = 768;
    private static final int ROWS = 128;

    private final int inputs;
    private final int outputs;
    private final List<Panel> panels;
    private final NativeMemory.Block bias;
    private final long biasAddress;

    private record Panel(int from, PackedLayout layout, NativeMemory.Block weights) {}

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
        int width = panelWidth(outputs, backend.threads());
        List<Panel> panels = new ArrayList<>();
        for (int from = 0; from < outputs; from += width) {
            int to = Math.min(outputs, from + width);
            PackedLayout layout = PackedLayout.of(backend.type(), inputs, to - from);
            NativeMemory.Block packed = memory.allocate(layout.bytes());
            panels.add(new Panel(from, layout, packed));
            long plain = lane.scratch(Lane.Scratch.OUTPUT, (long) inputs * (to - from));
            weights.read(from, to, Address.floats(plain, Math.multiplyExact(inputs, to - from)));
            lane.run(new Operation.Pack(layout), plain, packed.address());
        }
        NativeMemory.Block biases = memory.allocateFloats(outputs);
        Address.floats(biases.address(), outputs).put(bias);
        return new CpuLinear(inputs, outputs, List.copyOf(panels), biases);
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
    void apply(CpuThreads threads, Lane[] lanes, CpuTensor x, CpuTensor y, Activation activation) {
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
        panels.forEach(panel -> panel.weights().close());
        bias.close();
    }
}
