package io.flashdeberta.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/**
 * A DeBERTa-v3 encoder of published size with random weights in bf16, written as a checkpoint.
 *
 * @param hidden hidden size; heads have 64 numbers
 * @param scored whether it has the head of a reranker
 */
record RandomModel(int layers, int hidden, boolean scored) {

    private static final int VOCABULARY = 128_100;
    private static final int POSITIONS = 512;
    private static final int HEAD_SIZE = 64;
    private static final int PATTERN = 1 << 20;

    static RandomModel named(String name) {
        return switch (name) {
            case "base" -> new RandomModel(12, 768, false);
            case "large" -> new RandomModel(24, 1024, false);
            default -> throw new IllegalArgumentException(name + "; expected base or large.");
        };
    }

    RandomModel withScore() {
        return new RandomModel(layers, hidden, true);
    }

    void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "deberta-v2", "architectures": ["%s"], "num_labels": 1, "vocab_size": %d, "hidden_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": %d, "intermediate_size": %d,
                 "hidden_act": "gelu", "layer_norm_eps": 1e-7, "max_position_embeddings": %d,
                 "type_vocab_size": 0, "relative_attention": true, "position_buckets": 256,
                 "max_relative_positions": -1, "pos_att_type": "p2c|c2p", "share_att_key": true,
                 "norm_rel_ebd": "layer_norm", "position_biased_input": false}
                """.formatted(
                        scored ? "DebertaV2ForSequenceClassification" : "DebertaV2Model",
                        VOCABULARY,
                        hidden,
                        layers,
                        hidden / HEAD_SIZE,
                        4 * hidden,
                        POSITIONS));
        Map<String, long[]> tensors = tensors();
        StringJoiner header = new StringJoiner(",", "{", "}");
        long end = 0;
        for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
            long begin = end;
            StringJoiner shape = new StringJoiner(",");
            long elements = 1;
            for (long dimension : tensor.getValue()) {
                shape.add(Long.toString(dimension));
                elements *= dimension;
            }
            end += 2 * elements;
            header.add("\"%s\":{\"dtype\":\"BF16\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                    .formatted(tensor.getKey(), shape, begin, end));
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        try (FileChannel file = FileChannel.open(
                folder.resolve("model.safetensors"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(text.length)
                    .flip());
            file.write(ByteBuffer.wrap(text));
            ByteBuffer random = pattern();
            ByteBuffer ones = constant(0x3f80);
            ByteBuffer zeros = constant(0);
            for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
                long elements = 1;
                for (long dimension : tensor.getValue()) {
                    elements *= dimension;
                }
                boolean norm = tensor.getKey().contains("LayerNorm.weight");
                boolean bias = tensor.getKey().endsWith(".bias");
                fill(file, norm ? ones : bias ? zeros : random, 2 * elements);
            }
        }
    }

    private Map<String, long[]> tensors() {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        String encoder = scored ? "deberta." : "";
        tensors.put(encoder + "embeddings.word_embeddings.weight", new long[] {VOCABULARY, hidden});
        norm(tensors, encoder + "embeddings");
        tensors.put(encoder + "encoder.rel_embeddings.weight", new long[] {POSITIONS, hidden});
        norm(tensors, encoder + "encoder");
        for (int n = 0; n < layers; n++) {
            String layer = encoder + "encoder.layer." + n + ".";
            for (String part : new String[] {"query_proj", "key_proj", "value_proj"}) {
                linear(tensors, layer + "attention.self." + part, hidden, hidden);
            }
            linear(tensors, layer + "attention.output.dense", hidden, hidden);
            norm(tensors, layer + "attention.output");
            linear(tensors, layer + "intermediate.dense", 4 * hidden, hidden);
            linear(tensors, layer + "output.dense", hidden, 4 * hidden);
            norm(tensors, layer + "output");
        }
        if (scored) {
            linear(tensors, "pooler.dense", hidden, hidden);
            linear(tensors, "classifier", 1, hidden);
        }
        return tensors;
    }

    private static void linear(Map<String, long[]> tensors, String name, int outputs, int inputs) {
        tensors.put(name + ".weight", new long[] {outputs, inputs});
        tensors.put(name + ".bias", new long[] {outputs});
    }

    private void norm(Map<String, long[]> tensors, String owner) {
        tensors.put(owner + ".LayerNorm.weight", new long[] {hidden});
        tensors.put(owner + ".LayerNorm.bias", new long[] {hidden});
    }

    private static ByteBuffer pattern() {
        Random random = new Random(3);
        ByteBuffer buffer = ByteBuffer.allocateDirect(PATTERN).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            int bits = Float.floatToRawIntBits((float) (0.02 * random.nextGaussian()));
            buffer.putShort((short) (bits >> 16));
        }
        return buffer;
    }

    private static ByteBuffer constant(int bits) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PATTERN).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            buffer.putShort((short) bits);
        }
        return buffer;
    }

    /** Writes a pattern again and again; it starts elsewhere each time so that rows differ. */
    private static void fill(FileChannel file, ByteBuffer pattern, long bytes) throws IOException {
        int shift = 0;
        for (long left = bytes; left > 0; ) {
            ByteBuffer part = pattern.duplicate().clear().position(shift);
            part.limit((int) Math.min(part.limit(), shift + left));
            left -= part.remaining();
            while (part.hasRemaining()) {
                file.write(part);
            }
            shift = (shift + 2 * 7919) % (PATTERN / 2);
        }
    }
}
