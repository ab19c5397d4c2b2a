package io.flashdeberta.benchmark;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.Lstm;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A session that tells how long each kind of operation took; of use where an operation is done when its call returns. */
record Profile(Session session, Map<String, Long> nanoseconds) implements Session {

    Profile(Session session) {
        this(session, new TreeMap<>());
    }

    private <T> T time(String operation, Supplier<T> call) {
        long start = System.nanoTime();
        try {
            return call.get();
        } finally {
            nanoseconds.merge(operation, System.nanoTime() - start, Long::sum);
        }
    }

    /** Shares of all operations' time. */
    String shares() {
        double total = nanoseconds.values().stream().mapToLong(Long::longValue).sum();
        StringBuilder shares = new StringBuilder();
        nanoseconds.forEach((operation, time) -> shares.append(
                String.format(Locale.ROOT, "%s %.1f %%  ", operation, 100 * time / total)));
        return shares.toString().strip();
    }

    @Override
    public <T> T call(Supplier<T> pass) {
        return session.call(pass);
    }

    @Override
    public Tensor embed(Embeddings embeddings, PackedBatch batch) {
        return time("embed", () -> session.embed(embeddings, batch));
    }

    @Override
    public Tensor linear(Tensor x, Linear linear, Activation activation) {
        String name = "linear " + linear.inputs() + "→" + linear.outputs();
        return time(name, () -> session.linear(x, linear, activation));
    }

    @Override
    public Tensor layerNorm(Tensor x, LayerNorm norm) {
        return time("norm", () -> session.layerNorm(x, norm));
    }

    @Override
    public Tensor addLayerNorm(Tensor x, Tensor residual, LayerNorm norm) {
        return time("norm", () -> session.addLayerNorm(x, residual, norm));
    }

    @Override
    public Tensor attention(Tensor qkv, Attention attention, PackedBatch batch) {
        return time("attention", () -> session.attention(qkv, attention, batch));
    }

    @Override
    public Tensor convolve(Tensor x, Convolution convolution, PackedBatch batch) {
        return time("convolution", () -> session.convolve(x, convolution, batch));
    }

    @Override
    public Tensor lstm(Tensor x, Lstm lstm, int[] offsets) {
        return time("LSTM", () -> session.lstm(x, lstm, offsets));
    }

    @Override
    public Tensor gatherRows(Tensor x, int[] rows) {
        return session.gatherRows(x, rows);
    }

    @Override
    public Tensor sliceColumns(Tensor x, int from, int to) {
        return session.sliceColumns(x, from, to);
    }

    @Override
    public Tensor meanRows(Tensor x, PackedBatch batch) {
        return session.meanRows(x, batch);
    }

    @Override
    public Tensor upload(WeightTensor matrix) {
        return session.upload(matrix);
    }

    @Override
    public float[] read(Tensor x) {
        return session.read(x);
    }

    @Override
    public void close() {
        session.close();
    }
}
