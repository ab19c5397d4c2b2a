package io.flashdeberta.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/** Checkpoints of published sizes with random fp32 weights, kept in the system's temporary folder. */
final class RandomCheckpoint {

    private static final int CHUNK_FLOATS = 1 << 18;

    private RandomCheckpoint() {}

    /** The folder of a checkpoint of that size, written at the first call. */
    static Path of(ModelSize size) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("flashdeberta-benchmark")
                .resolve(size.name().toLowerCase(Locale.ROOT));
        if (!Files.exists(folder.resolve("model.safetensors"))) {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), config(size));
            Path part = Files.createTempFile(folder, "model", ".part");
            writeWeights(size, part);
            Files.move(part, folder.resolve("model.safetensors"), StandardCopyOption.ATOMIC_MOVE);
        }
        return folder;
    }

    private static String config(ModelSize size) {
        return """
                {"architectures": ["DebertaV2Model"], "model_type": "deberta-v2", "vocab_size": %d,
                 "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
                 "intermediate_size": %d, "hidden_act": "gelu", "layer_norm_eps": 1e-7,
                 "max_position_embeddings": %d, "type_vocab_size": 0, "relative_attention": true,
                 "position_buckets": 256, "max_relative_positions": -1,
                 "pos_att_type": ["p2c", "c2p"], "share_att_key": true,
                 "norm_rel_ebd": "layer_norm", "position_biased_input": false,
                 "pad_token_id": 0}
                """.formatted(
                        ModelSize.VOCABULARY,
                        size.hidden,
                        size.layers,
                        size.hidden / ModelSize.HEAD_SIZE,
                        size.intermediate,
                        ModelSize.POSITION_ROWS);
    }

    private static void writeWeights(ModelSize size, Path target) throws IOException {
        Map<String, long[]> tensors = tensors(size);
        byte[] header = header(tensors).getBytes(StandardCharsets.UTF_8);
        try (FileChannel file = FileChannel.open(target, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(file, length.putLong(header.length).flip());
            writeAll(file, ByteBuffer.wrap(header));
            Random random = new Random(size.hidden);
            for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
                boolean matrix = tensor.getValue().length == 2;
                boolean scale = tensor.getKey().endsWith("LayerNorm.weight");
                double spread = matrix ? spread(tensor.getValue()) : 0;
                fill(file, elements(tensor.getValue()), scale ? 1 : 0, spread, random);
            }
        }
    }

    /** The spread of a matrix's values that keeps those of its products near that of its inputs. */
    private static double spread(long[] shape) {
        return Math.min(0.04, 1 / Math.sqrt((double) shape[1]));
    }

    private static String header(Map<String, long[]> tensors) {
        StringJoiner header = new StringJoiner(",", "{", "}");
        long end = 0;
        for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
            long begin = end;
            end += Float.BYTES * elements(tensor.getValue());
            header.add("\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(tensor.getKey(), Arrays.toString(tensor.getValue()), begin, end));
        }
        return header.toString();
    }

    private static void fill(FileChannel file, long count, float mean, double spread, Random random)
            throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(Float.BYTES * CHUNK_FLOATS)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (long left = count; left > 0; left -= CHUNK_FLOATS) {
            chunk.clear();
            for (long n = Math.min(left, CHUNK_FLOATS); n > 0; n--) {
                chunk.putFloat(spread == 0 ? mean : (float) (spread * random.nextGaussian()));
            }
            writeAll(file, chunk.flip());
        }
    }

    private static void writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    private static Map<String, long[]> tensors(ModelSize size) {
        int hidden = size.hidden;
        Map<String, long[]> tensors = new LinkedHashMap<>();
        tensors.put("embeddings.word_embeddings.weight", new long[] {ModelSize.VOCABULARY, hidden});
        norm(tensors, "embeddings", hidden);
        tensors.put("encoder.rel_embeddings.weight", new long[] {ModelSize.POSITION_ROWS, hidden});
        norm(tensors, "encoder", hidden);
        for (int n = 0; n < size.layers; n++) {
            String layer = "encoder.layer." + n + ".";
            for (String part : new String[] {"query_proj", "key_proj", "value_proj"}) {
                linear(tensors, layer + "attention.self." + part, hidden, hidden);
            }
            linear(tensors, layer + "attention.output.dense", hidden, hidden);
            norm(tensors, layer + "attention.output", hidden);
            linear(tensors, layer + "intermediate.dense", size.intermediate, hidden);
            linear(tensors, layer + "output.dense", hidden, size.intermediate);
            norm(tensors, layer + "output", hidden);
        }
        return tensors;
    }

    private static void linear(Map<String, long[]> tensors, String name, int outputs, int inputs) {
        tensors.put(name + ".weight", new long[] {outputs, inputs});
        tensors.put(name + ".bias", new long[] {outputs});
    }

    private static void norm(Map<String, long[]> tensors, String owner, int hidden) {
        tensors.put(owner + ".LayerNorm.weight", new long[] {hidden});
        tensors.put(owner + ".LayerNorm.bias", new long[] {hidden});
    }
}
