package io.flashdeberta.model;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.CheckpointException;

import java.util.List;
import java.util.stream.IntStream;

/** Scores the whole vocabulary at every mask: {@code decoder(LN(activation(dense(h))))}, the decoder tied to the word embeddings. */
public final class MaskedLanguageHead implements Head {

    private final int maskId;
    private final Linear dense;
    private final Activation activation;
    private final LayerNorm norm;
    private final Linear decoder;

    private MaskedLanguageHead(
            int maskId, Linear dense, Activation activation, LayerNorm norm, Linear decoder) {
        this.maskId = maskId;
        this.dense = dense;
        this.activation = activation;
        this.norm = norm;
        this.decoder = decoder;
    }

    /** Loads {@code lm_predictions.lm_head.*} if there, else the legacy layout {@code cls.predictions.*}. */
    public static MaskedLanguageHead load(
            DebertaConfig config, int maskId, ModelWeights weights, Backend backend) {
        boolean legacy = !weights.contains("lm_predictions.lm_head.dense.weight");
        ModelWeights head = weights.in(legacy ? "cls.predictions" : "lm_predictions.lm_head");
        ModelWeights transform = legacy ? head.in("transform") : head;
        if (!legacy && config.embeddingSize() != config.hiddenSize()) {
            throw new CheckpointException(
                    "config.json has embedding_size " + config.embeddingSize() + " and hidden_size "
                            + config.hiddenSize()
                            + "; expected equal ones, since lm_predictions ties its decoder to the embeddings.");
        }
        int embedding = legacy ? config.embeddingSize() : config.hiddenSize();
        Linear decoder = backend.loadLinear(
                List.of(weights.encoder()
                        .in("embeddings")
                        .get("word_embeddings.weight", config.vocabSize(), config.embeddingSize())),
                List.of(head.get("bias", config.vocabSize())));
        return new MaskedLanguageHead(
                maskId,
                DebertaModel.loadLinear(
                        transform, "dense", embedding, config.hiddenSize(), backend),
                config.activation(),
                backend.loadLayerNorm(
                        transform.get("LayerNorm.weight", embedding),
                        transform.get("LayerNorm.bias", embedding),
                        config.layerNormEpsilon()),
                decoder);
    }

    @Override
    public int rows(int[] ids) {
        return (int) IntStream.of(ids).filter(id -> id == maskId).count();
    }

    @Override
    public int columns() {
        return decoder.outputs();
    }

    @Override
    public Tensor apply(Session session, Tensor hidden, PackedBatch batch) {
        int[] masks = IntStream.range(0, batch.totalTokens())
                .filter(i -> batch.ids()[i] == maskId)
                .toArray();
        try (Tensor rows = session.gatherRows(hidden, masks);
                Tensor inner = session.linear(rows, dense, activation);
                Tensor normed = session.layerNorm(inner, norm)) {
            return DebertaModel.dense(session, normed, decoder);
        }
    }
}
