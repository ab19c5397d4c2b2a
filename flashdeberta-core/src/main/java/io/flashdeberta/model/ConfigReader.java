package io.flashdeberta.model;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.Activation;
import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.model.DebertaConfig.ConvolutionConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a {@code config.json}; values that are absent take the defaults of transformers. */
public final class ConfigReader {

    private static final int MAX_SIZE = 1 << 24;
    private static final int MAX_DISTANCE = 1 << 20;
    private static final int MAX_LABELS = 100_000;

    private final JsonNode json;

    private ConfigReader(JsonNode json) {
        this.json = json;
    }

    /** @throws CheckpointException naming the setting, what was found and what was expected */
    public static DebertaConfig read(JsonNode json) {
        return new ConfigReader(json).config();
    }

    private DebertaConfig config() {
        refuseOtherModels();
        int hiddenSize = size("hidden_size", 1536);
        int heads = size("num_attention_heads", 24);
        if (!json.has("attention_head_size") && hiddenSize % heads != 0) {
            throw bad(
                    "hidden_size", hiddenSize, "a multiple of num_attention_heads (" + heads + ")");
        }
        int maxPositions = size("max_position_embeddings", 512);
        int maxRelativePositions = integer("max_relative_positions", -1);
        List<String> positionTerms = positionTerms();
        boolean relative = flag("relative_attention", false);
        DebertaConfig config = new DebertaConfig(
                size("vocab_size", 128100),
                hiddenSize,
                size("embedding_size", hiddenSize),
                size("num_hidden_layers", 24),
                heads,
                size("attention_head_size", Math.max(1, hiddenSize / heads)),
                size("intermediate_size", 6144),
                activation("hidden_act", Activation.GELU),
                (float) number("layer_norm_eps", 1e-7),
                maxPositions,
                integer("type_vocab_size", 0),
                flag("position_biased_input", true),
                relative,
                positionTerms.contains("c2p"),
                positionTerms.contains("p2c"),
                flag("share_att_key", false),
                integer("position_buckets", -1),
                maxRelativePositions < 1 ? maxPositions : maxRelativePositions,
                text("norm_rel_ebd", "none").toLowerCase(Locale.ROOT).contains("layer_norm"),
                convolution(),
                activation("pooler_hidden_act", Activation.GELU),
                labels());
        requireBuckets(config);
        return config;
    }

    private static void requireBuckets(DebertaConfig config) {
        if (config.maxRelativePositions() > MAX_DISTANCE
                || config.positionBuckets() > MAX_DISTANCE) {
            throw bad(
                    "max_relative_positions",
                    config.maxRelativePositions(),
                    "at most " + MAX_DISTANCE);
        }
        if (config.relativeAttention()) {
            try {
                config.relativeBuckets();
            } catch (IllegalArgumentException e) {
                throw new CheckpointException("config.json: " + e.getMessage(), e);
            }
        }
    }

    private void refuseOtherModels() {
        String type = text("model_type", "");
        if (!type.equals("deberta-v2")) {
            String found = type.isEmpty() ? "no model_type" : "model_type \"" + type + "\"";
            String remedy = type.equals("deberta")
                    ? "DeBERTa v1 is another architecture and is not supported; choose a DeBERTa-v2 or -v3 checkpoint."
                    : "Choose a DeBERTa-v2 or -v3 checkpoint.";
            throw new CheckpointException("config.json has " + found
                    + "; expected \"deberta-v2\" (which v3 uses too). " + remedy);
        }
    }

    private List<String> positionTerms() {
        JsonNode node = value("pos_att_type");
        List<String> terms = new ArrayList<>();
        if (node != null && node.isArray()) {
            node.forEach(term -> terms.add(term.asString().strip().toLowerCase(Locale.ROOT)));
        } else if (node != null) {
            for (String term : node.asString().split("\\|")) {
                terms.add(term.strip().toLowerCase(Locale.ROOT));
            }
        }
        terms.removeIf(String::isEmpty);
        for (String term : terms) {
            if (!term.equals("c2p") && !term.equals("p2c")) {
                throw bad("pos_att_type", term, "c2p or p2c");
            }
        }
        return terms;
    }

    private @Nullable ConvolutionConfig convolution() {
        int kernelSize = integer("conv_kernel_size", 0);
        if (kernelSize <= 0) {
            return null;
        }
        if (kernelSize % 2 == 0) {
            throw bad("conv_kernel_size", kernelSize, "an odd number");
        }
        return new ConvolutionConfig(
                kernelSize, size("conv_groups", 1), activation("conv_act", Activation.TANH));
    }

    private List<String> labels() {
        JsonNode map = value("id2label");
        int count = map == null ? integer("num_labels", 2) : map.size();
        if (count < 1 || count > MAX_LABELS) {
            throw bad("num_labels", count, "a number from 1 to " + MAX_LABELS);
        }
        List<String> labels = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            JsonNode label = map == null ? null : map.get(Integer.toString(id));
            if (map != null && label == null) {
                throw bad("id2label", map, "an entry for every id from 0 to " + (count - 1));
            }
            labels.add(label == null ? "LABEL_" + id : label.asString());
        }
        return List.copyOf(labels);
    }

    private Activation activation(String key, Activation absent) {
        JsonNode node = value(key);
        try {
            return node == null ? absent : Activation.named(node.asString());
        } catch (FlashDebertaException e) {
            throw new CheckpointException("config.json has " + key + ": " + e.getMessage(), e);
        }
    }

    private int size(String key, int absent) {
        int found = integer(key, absent);
        if (found < 1 || found > MAX_SIZE) {
            throw bad(key, found, "a number from 1 to " + MAX_SIZE);
        }
        return found;
    }

    private int integer(String key, int absent) {
        JsonNode node = value(key);
        if (node == null) {
            return absent;
        }
        if (!node.canConvertToInt()) {
            throw bad(key, node, "an integer");
        }
        return node.asInt();
    }

    private double number(String key, double absent) {
        JsonNode node = value(key);
        if (node == null) {
            return absent;
        }
        if (!node.isNumber()) {
            throw bad(key, node, "a number");
        }
        return node.asDouble();
    }

    private boolean flag(String key, boolean absent) {
        JsonNode node = value(key);
        if (node == null) {
            return absent;
        }
        if (!node.isBoolean()) {
            throw bad(key, node, "true or false");
        }
        return node.asBoolean();
    }

    private String text(String key, String absent) {
        JsonNode node = value(key);
        return node == null ? absent : node.asString();
    }

    private @Nullable JsonNode value(String key) {
        JsonNode node = json.get(key);
        return node == null || node.isNull() ? null : node;
    }

    private static CheckpointException bad(String key, Object found, String expected) {
        return new CheckpointException(
                "config.json has " + key + " = " + found + "; expected " + expected + ".");
    }
}
