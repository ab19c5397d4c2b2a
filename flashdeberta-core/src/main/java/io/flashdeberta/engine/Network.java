package io.flashdeberta.engine;

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
import io.flashdeberta.model.Head;
import io.flashdeberta.model.ModelWeights;
import io.flashdeberta.tokenizer.SpecialTokens;

import java.util.List;

/** A checkpoint's encoder and head on a device. */
final class Network implements AutoCloseable {

    private final Resources resources;
    private final Backend backend;
    private final Head head;
    private final DebertaModel model;
    private final List<String> leftovers;

    private Network(
            String device,
            BackendOptions options,
            Checkpoint checkpoint,
            SpecialTokens specialTokens,
            HeadLoader headLoader,
            Resources resources) {
        this.resources = resources;
        DebertaConfig config = ConfigReader.read(checkpoint.json("config.json"));
        backend = resources.add(Backends.open(device, options));
        ModelWeights weights = new ModelWeights(checkpoint.weights());
        head = headLoader.load(config, specialTokens, weights, backend);
        model = DebertaModel.load(config, weights.encoder(), backend);
        leftovers = weights.leftovers();
    }

    /** Loads it; a failure leaves nothing open. */
    static Network load(
            String device,
            BackendOptions options,
            Checkpoint checkpoint,
            SpecialTokens specialTokens,
            HeadLoader headLoader) {
        Resources resources = new Resources();
        try {
            return new Network(device, options, checkpoint, specialTokens, headLoader, resources);
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    Backend backend() {
        return backend;
    }

    /** The task's own head. */
    Head head() {
        return head;
    }

    DebertaConfig config() {
        return model.config();
    }

    /** Tensors of the checkpoint that nothing asked for. */
    List<String> leftovers() {
        return leftovers;
    }

    /** A session of its own, which this network closes. */
    BatchRunner.Device openWorker() {
        Session session = resources.add(backend.openSession());
        return (batch, wanted) -> forward(session, batch, wanted);
    }

    private float[] forward(Session session, PackedBatch batch, Head wanted) {
        return session.call(() -> {
            try (Tensor hidden = model.forward(session, batch);
                    Tensor output = wanted.apply(session, hidden, batch)) {
                return session.read(output);
            }
        });
    }

    @Override
    public void close() {
        resources.close();
    }
}
