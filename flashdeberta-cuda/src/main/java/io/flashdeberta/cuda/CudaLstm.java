package io.flashdeberta.cuda;

import io.flashdeberta.backend.Lstm;

/**
 * An LSTM's weights on the GPU.
 *
 * @param gates what the inputs give to the gates, {@code [2 · 4 · hidden, inputs]}
 * @param stateWeights {@code [2, 4, hidden, hidden]}
 * @param stateBias {@code [2, 4, hidden]} in fp32
 */
record CudaLstm(
        CudaLinear gates, DeviceMemory.Block stateWeights, DeviceMemory.Block stateBias, int hidden)
        implements Lstm {

    @Override
    public int inputs() {
        return gates.inputs();
    }

    @Override
    public void close() {
        gates.close();
        stateWeights.close();
        stateBias.close();
    }
}
