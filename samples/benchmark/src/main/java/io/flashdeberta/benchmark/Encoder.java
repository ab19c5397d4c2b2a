package io.flashdeberta.benchmark;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.DebertaModel;
import io.flashdeberta.model.ModelWeights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A loaded encoder that can be timed. */
final class Encoder implements AutoCloseable {

    private final Checkpoint checkpoint;
    private final Backend backend;
    private final Session session;
    private final DebertaModel model;

    /** @param wrapping what the session is wrapped in, to observe its operations */
    Encoder(Path folder, BenchmarkOptions options, UnaryOperator<Session> wrapping) {
        checkpoint = Checkpoint.open(folder);
        DebertaConfig config = ConfigReader.read(checkpoint.json("config.json"));
        backend = Backends.open(
                options.backend(),
                BackendOptions.of(AttentionKind.FLASH, options.threads())
                        .withPrecision(options.precision()));
        model = DebertaModel.load(
                config, new ModelWeights(checkpoint.weights()).encoder(), backend);
        session = wrapping.apply(backend.openSession());
    }

    String description() {
        return backend.description();
    }

    /** Bytes outside the Java heap that the backend holds. */
    long allocatedBytes() {
        return backend.allocatedBytes();
    }

    /** Random token ids, the same for the same lengths. */
    static PackedBatch batch(int... lengths) {
        Random random = new Random(lengths.length * 31L + lengths[0]);
        List<int[]> ids = new ArrayList<>();
        List<int[]> types = new ArrayList<>();
        for (int length : lengths) {
            ids.add(random.ints(length, 0, ModelSize.VOCABULARY).toArray());
            types.add(new int[length]);
        }
        return PackedBatch.of(ids, types);
    }

    /** Milliseconds of one pass, from token ids to the first hidden state of the batch in the Java heap. */
    double time(PackedBatch batch) {
        long start = System.nanoTime();
        float[] first = session.call(() -> {
            try (Tensor hidden = model.forward(session, batch);
                    Tensor row = session.gatherRows(hidden, new int[] {0})) {
                return session.read(row);
            }
        });
        double milliseconds = (System.nanoTime() - start) / 1e6;
        if (!Float.isFinite(first[0])) {
            throw new IllegalStateException("The hidden state is " + first[0] + ".");
        }
        return milliseconds;
    }

    @Override
    public void close() {
        session.close();
        backend.close();
        checkpoint.close();
    }
}
