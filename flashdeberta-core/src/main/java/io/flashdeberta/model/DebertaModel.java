package io.flashdeberta.model;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.Convolution;
import io.flashdeberta.backend.Embeddings;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.WeightTensor;
import io.flashdeberta.model.DebertaConfig.ConvolutionConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The encoder: token ids in, hidden states out. Its weights belong to the backend that loaded them. */
public final class DebertaModel {

    private final DebertaConfig config;
    private final Embeddings embeddings;
    private final List<EncoderLayer> layers;
    private final @Nullable ConvolutionLayer convolution;

    private DebertaModel(
            DebertaConfig config,
            Embeddings embeddings,
            List<EncoderLayer> layers,
            @Nullable ConvolutionLayer convolution) {
        this.config = config;
        this.embeddings = embeddings;
        this.layers = layers;
        this.convolution = convolution;
    }

    private record ConvolutionLayer(Convolution convolution, LayerNorm norm) {}

    /**
     * Loads the encoder and computes what depends on weights alone: the position tables of every layer.
     *
     * @param weights the encoder's tensors, {@code embeddings.*} and {@code encoder.*}
     */
    public static DebertaModel load(DebertaConfig config, ModelWeights weights, Backend backend) {
        Embeddings embeddings = loadEmbeddings(config, weights.in("embeddings"), backend);
        ModelWeights encoder = weights.in("encoder");
        List<EncoderLayer> layers = new ArrayList<>();
        try (Session session = backend.openSession();
                Tensor positions = relativePositions(config, encoder, backend, session)) {
            for (int n = 0; n < config.layers(); n++) {
                layers.add(EncoderLayer.load(
                        config, encoder.in("layer." + n), positions, backend, session));
            }
        }
        return new DebertaModel(
                config, embeddings, List.copyOf(layers), loadConvolution(config, encoder, backend));
    }

    public DebertaConfig config() {
        return config;
    }

    /**
     * Runs the encoder.
     *
     * @return the last hidden states, {@code [totalTokens, hidden]}
     * @throws IllegalArgumentException if a token id, a type id or a length is outside what the model has
     */
    public Tensor forward(Session session, PackedBatch batch) {
        check(batch);
        return session.repeatable(this, batch, () -> encode(session, batch));
    }

    private Tensor encode(Session session, PackedBatch batch) {
        Tensor hidden = session.embed(embeddings, batch);
        for (int n = 0; n < layers.size(); n++) {
            try (Tensor input = hidden) {
                hidden = layers.get(n).forward(session, input, batch);
                if (n == 0 && convolution != null) {
                    hidden = convolve(session, convolution, input, hidden, batch);
                }
            }
        }
        return hidden;
    }

    private static Tensor convolve(
            Session session,
            ConvolutionLayer layer,
            Tensor embedded,
            Tensor hidden,
            PackedBatch batch) {
        try (hidden;
                Tensor convolved = session.convolve(embedded, layer.convolution(), batch)) {
            return session.addLayerNorm(convolved, hidden, layer.norm());
        }
    }

    private void check(PackedBatch batch) {
        if (config.absolutePositions() && batch.maxLength() > config.maxPositions()) {
            throw new IllegalArgumentException("A sequence has " + batch.maxLength()
                    + " tokens; this model has absolute positions for " + config.maxPositions()
                    + ".");
        }
        for (int id : batch.ids()) {
            if (id < 0 || id >= config.vocabSize()) {
                throw new IllegalArgumentException(
                        "Token id " + id + "; the model's vocabulary has " + config.vocabSize()
                                + " entries. Do tokenizer.json and the weights belong together?");
            }
        }
        if (config.typeVocabSize() > 0) {
            for (int id : batch.typeIds()) {
                if (id < 0 || id >= config.typeVocabSize()) {
                    throw new IllegalArgumentException("Token type " + id + "; the model has "
                            + config.typeVocabSize() + " types.");
                }
            }
        }
    }

    private static Embeddings loadEmbeddings(
            DebertaConfig config, ModelWeights weights, Backend backend) {
        int size = config.embeddingSize();
        WeightTensor words = weights.get("word_embeddings.weight", config.vocabSize(), size);
        WeightTensor positions = config.absolutePositions()
                ? weights.get("position_embeddings.weight", config.maxPositions(), size)
                : null;
        WeightTensor types = config.typeVocabSize() > 0
                ? weights.get("token_type_embeddings.weight", config.typeVocabSize(), size)
                : null;
        Linear projection = size == config.hiddenSize()
                ? null
                : backend.loadLinear(
                        List.of(weights.get("embed_proj.weight", config.hiddenSize(), size)),
                        List.of());
        return backend.loadEmbeddings(
                words, positions, types, projection, loadNorm(config, weights, backend));
    }

    private static @Nullable Tensor relativePositions(
            DebertaConfig config, ModelWeights encoder, Backend backend, Session session) {
        if (!config.relativeAttention()) {
            return null;
        }
        int rows = config.relativeBuckets().rows();
        Tensor table =
                session.upload(encoder.get("rel_embeddings.weight", rows, config.hiddenSize()));
        if (!config.normalizedPositions()) {
            return table;
        }
        try (table;
                LayerNorm norm = loadNorm(config, encoder, backend)) {
            return session.layerNorm(table, norm);
        }
    }

    private static @Nullable ConvolutionLayer loadConvolution(
            DebertaConfig config, ModelWeights encoder, Backend backend) {
        ConvolutionConfig settings = config.convolution();
        if (settings == null) {
            return null;
        }
        ModelWeights weights = encoder.in("conv");
        int hidden = config.hiddenSize();
        Convolution convolution = backend.loadConvolution(
                weights.get(
                        "conv.weight", hidden, hidden / settings.groups(), settings.kernelSize()),
                weights.get("conv.bias", hidden),
                settings.groups(),
                settings.activation());
        return new ConvolutionLayer(convolution, loadNorm(config, weights, backend));
    }

    static LayerNorm loadNorm(DebertaConfig config, ModelWeights weights, Backend backend) {
        return backend.loadLayerNorm(
                weights.get("LayerNorm.weight", config.hiddenSize()),
                weights.get("LayerNorm.bias", config.hiddenSize()),
                config.layerNormEpsilon());
    }

    /** Loads {@code name.weight} {@code [outputs, inputs]} and {@code name.bias}. */
    static Linear loadLinear(
            ModelWeights weights, String name, int outputs, int inputs, Backend backend) {
        return backend.loadLinear(
                List.of(weights.get(name + ".weight", outputs, inputs)),
                List.of(weights.get(name + ".bias", outputs)));
    }

    static Tensor dense(Session session, Tensor x, Linear linear) {
        return session.linear(x, linear, Activation.NONE);
    }
}
