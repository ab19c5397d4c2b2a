package io.flashdeberta.model;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One post-norm transformer layer: disentangled self-attention and a feed-forward network, each added to its input and normalised. */
record EncoderLayer(
        Linear queryKeyValue, // [3·heads·headSize, hidden]
        Attention attention,
        Linear attentionOutput, // [hidden, heads·headSize]
        LayerNorm attentionNorm,
        Linear intermediate, // [intermediate, hidden]
        Activation activation,
        Linear output, // [hidden, intermediate]
        LayerNorm outputNorm) {

    static EncoderLayer load(
            DebertaConfig config,
            ModelWeights weights,
            @Nullable Tensor relativePositions,
            Backend backend,
            Session session) {
        ModelWeights self = weights.in("attention.self");
        ModelWeights attentionOutput = weights.in("attention.output");
        ModelWeights output = weights.in("output");
        int hidden = config.hiddenSize();
        int size = config.attentionSize();
        Linear queryKeyValue = backend.loadLinear(
                List.of(
                        self.get("query_proj.weight", size, hidden),
                        self.get("key_proj.weight", size, hidden),
                        self.get("value_proj.weight", size, hidden)),
                List.of(
                        self.get("query_proj.bias", size),
                        self.get("key_proj.bias", size),
                        self.get("value_proj.bias", size)));
        return new EncoderLayer(
                queryKeyValue,
                loadAttention(config, self, queryKeyValue, relativePositions, backend, session),
                DebertaModel.loadLinear(attentionOutput, "dense", hidden, size, backend),
                DebertaModel.loadNorm(config, attentionOutput, backend),
                DebertaModel.loadLinear(
                        weights.in("intermediate"),
                        "dense",
                        config.intermediateSize(),
                        hidden,
                        backend),
                config.activation(),
                DebertaModel.loadLinear(
                        output, "dense", hidden, config.intermediateSize(), backend),
                DebertaModel.loadNorm(config, output, backend));
    }

    private static Attention loadAttention(
            DebertaConfig config,
            ModelWeights self,
            Linear queryKeyValue,
            @Nullable Tensor relativePositions,
            Backend backend,
            Session session) {
        boolean contentToPosition = relativePositions != null && config.contentToPosition();
        boolean positionToContent = relativePositions != null && config.positionToContent();
        int size = config.attentionSize();
        Tensor keys = null;
        Tensor queries = null;
        try {
            if (relativePositions != null && config.sharedPositionKeys()) {
                try (Tensor projected =
                        DebertaModel.dense(session, relativePositions, queryKeyValue)) {
                    keys = contentToPosition
                            ? session.sliceColumns(projected, size, 2 * size)
                            : null;
                    queries = positionToContent ? session.sliceColumns(projected, 0, size) : null;
                }
            } else if (relativePositions != null) {
                keys = contentToPosition
                        ? project(config, self, "pos_key_proj", relativePositions, backend, session)
                        : null;
                queries = positionToContent
                        ? project(
                                config, self, "pos_query_proj", relativePositions, backend, session)
                        : null;
            }
            return backend.loadAttention(
                    config.heads(),
                    config.headSize(),
                    keys,
                    queries,
                    keys == null && queries == null ? null : config.relativeBuckets(),
                    config.attentionScale());
        } finally {
            close(keys);
            close(queries);
        }
    }

    private static Tensor project(
            DebertaConfig config,
            ModelWeights self,
            String name,
            Tensor x,
            Backend backend,
            Session session) {
        try (Linear linear = DebertaModel.loadLinear(
                self, name, config.attentionSize(), config.hiddenSize(), backend)) {
            return DebertaModel.dense(session, x, linear);
        }
    }

    private static void close(@Nullable Tensor tensor) {
        if (tensor != null) {
            tensor.close();
        }
    }

    Tensor forward(Session session, Tensor x, PackedBatch batch) {
        try (Tensor attended = attend(session, x, batch);
                Tensor inner = session.linear(attended, intermediate, activation);
                Tensor outer = DebertaModel.dense(session, inner, output)) {
            return session.addLayerNorm(outer, attended, outputNorm);
        }
    }

    private Tensor attend(Session session, Tensor x, PackedBatch batch) {
        try (Tensor context = context(session, x, batch);
                Tensor projected = DebertaModel.dense(session, context, attentionOutput)) {
            return session.addLayerNorm(projected, x, attentionNorm);
        }
    }

    private Tensor context(Session session, Tensor x, PackedBatch batch) {
        try (Tensor qkv = DebertaModel.dense(session, x, queryKeyValue)) {
            return session.attention(qkv, attention, batch);
        }
    }
}
