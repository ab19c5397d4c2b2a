package io.flashdeberta.backend.cpu;

import io.flashdeberta.backend.Lstm;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * An LSTM's weights in fp32 as oneDNN takes them.
 *
 * @param inputWeights {@code [2, inputs, 4, hidden]}
 * @param stateWeights {@code [2, hidden, 4, hidden]}
 * @param bias {@code [2, 4, hidden]}
 */
record CpuLstm(
        int inputs,
        int hidden,
        NativeMemory.Block inputWeights,
        NativeMemory.Block stateWeights,
        NativeMemory.Block bias)
        implements Lstm {

    static CpuLstm load(Direction forward, Direction backward, NativeMemory memory) {
        List<Direction> directions = List.of(forward, backward);
        int inputs = Math.toIntExact(forward.inputs().shape()[1]);
        int hidden = forward.hidden();
        int rows = Direction.GATES * hidden;
        float[] inputWeights = new float[Math.toIntExact(2L * inputs * rows)];
        float[] stateWeights = new float[Math.toIntExact(2L * hidden * rows)];
        float[] bias = new float[2 * rows];
        for (int d = 0; d < directions.size(); d++) {
            Direction direction = directions.get(d);
            transpose(direction.inputs().toFloats(), rows, inputWeights, d * inputs * rows);
            transpose(direction.states().toFloats(), rows, stateWeights, d * hidden * rows);
            float[] inputBias = direction.inputBias().toFloats();
            float[] stateBias = direction.stateBias().toFloats();
            for (int r = 0; r < rows; r++) {
                bias[d * rows + r] = inputBias[r] + stateBias[r];
            }
        }
        return new CpuLstm(
                inputs,
                hidden,
                block(inputWeights, memory),
                block(stateWeights, memory),
                block(bias, memory));
    }

    private static void transpose(float[] matrix, int rows, float[] target, int from) {
        int columns = matrix.length / rows;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                target[from + c * rows + r] = matrix[r * columns + c];
            }
        }
    }

    private static NativeMemory.Block block(float[] values, NativeMemory memory) {
        NativeMemory.Block block = memory.allocateFloats(values.length);
        Address.floats(block.address(), values.length).put(FloatBuffer.wrap(values));
        return block;
    }

    /** Sequences side by side, each by one thread; oneDNN compiles code for each length, which a lane keeps like all of its code. */
    void apply(CpuThreads threads, Lane[] lanes, CpuTensor x, int[] offsets, CpuTensor y) {
        threads.forEach(lanes, offsets.length - 1, (lane, s) -> {
            int start = offsets[s];
            int length = offsets[s + 1] - start;
            if (length > 0) {
                lane.run(
                        new Operation.BidirectionalLstm(length, inputs, hidden),
                        x.address(start, 0),
                        inputWeights.address(),
                        stateWeights.address(),
                        bias.address(),
                        y.address(start, 0));
            }
        });
    }

    @Override
    public void close() {
        inputWeights.close();
        stateWeights.close();
        bias.close();
    }
}
