package io.flashdeberta.engine;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.DebertaModel;
import io.flashdeberta.model.Head;
import io.flashdeberta.model.ModelWeights;
import io.flashdeberta.tokenizer.SpecialTokens;

import java.util.List;

/** A checkpoint's encoder and head on a backend, which owns them. */
final class PlacedModel {

    private final Backend backend;
    private final Head head;
    private final DebertaModel encoder;
    private final List<String> leftovers;

    PlacedModel(
            Checkpoint checkpoint,
            DebertaConfig config,
            SpecialTokens specialTokens,
            HeadLoader headLoader,
            Backend backend) {
        this.backend = backend;
        ModelWeights weights = new ModelWeights(checkpoint.weights());
        head = headLoader.load(config, specialTokens, weights, backend);
        encoder = DebertaModel.load(config, weights.encoder(), backend);
        leftovers = weights.leftovers();
    }

    Backend backend() {
        return backend;
    }

    /** The task's own head. */
    Head head() {
        return head;
    }

    DebertaConfig config() {
        return encoder.config();
    }

    /** Tensors that this task does not use. */
    List<String> leftovers() {
        return leftovers;
    }

    float[] forward(Session session, PackedBatch batch, Head with) {
        return session.call(() -> {
            try (Tensor hidden = encoder.forward(session, batch);
                    Tensor output = with.apply(session, hidden, batch)) {
                return session.read(output);
            }
        });
    }
}
