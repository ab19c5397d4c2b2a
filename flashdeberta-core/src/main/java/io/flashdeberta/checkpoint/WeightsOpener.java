package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Finds a model's weights, in one file or in shards. */
final class WeightsOpener {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int MAX_INDEX = 64 << 20;

    private final String model;
    private final ModelFiles files;

    WeightsOpener(String model, ModelFiles files) {
        this.model = model;
        this.files = files;
    }

    Weights open() {
        if (files.has(SINGLE)) {
            SafetensorsFile file = openFile(SINGLE);
            Map<String, WeightTensor> tensors = new LinkedHashMap<>();
            file.tensors().forEach((name, info) -> tensors.put(name, new WeightTensor(file, info)));
            return new Weights(model, tensors, List.of(file));
        }
        if (files.has(INDEX)) {
            return openShards();
        }
        throw new CheckpointException(Missing.weights(model, files));
    }

    private Weights openShards() {
        Map<String, SafetensorsFile> shards = new LinkedHashMap<>();
        try {
            Map<String, WeightTensor> tensors = new LinkedHashMap<>();
            weightMap().forEach((name, shard) -> {
                SafetensorsFile file = shards.computeIfAbsent(shard, this::openFile);
                TensorInfo info = file.tensors().get(name);
                if (info == null) {
                    throw new CheckpointException(
                            files.describe(INDEX) + " places tensor '" + name + "' in " + shard
                                    + ", which does not hold it. Fetch the index and its shards again, of one revision.");
                }
                tensors.put(name, new WeightTensor(file, info));
            });
            return new Weights(model, tensors, List.copyOf(shards.values()));
        } catch (RuntimeException e) {
            shards.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private Map<String, String> weightMap() {
        JsonNode map = Json.parse(files.describe(INDEX), index()).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new CheckpointException(
                    files.describe(INDEX)
                            + " has no weight_map; expected an object from tensor names to file names. Fetch it again.");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        map.properties().forEach(entry -> {
            JsonNode shard = entry.getValue();
            if (!shard.isString() || !FileNames.isPlain(shard.stringValue())) {
                throw new CheckpointException(files.describe(INDEX) + " places tensor '"
                        + entry.getKey() + "' in " + shard
                        + "; expected the plain name of a file in the same folder.");
            }
            shards.put(entry.getKey(), shard.stringValue());
        });
        return shards;
    }

    private byte[] index() {
        try (InputStream in = files.open(INDEX)) {
            return in == null ? new byte[0] : in.readNBytes(MAX_INDEX);
        } catch (IOException e) {
            throw new CheckpointException(
                    files.describe(INDEX) + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    private SafetensorsFile openFile(String file) {
        try {
            FileChannel channel = files.channel(file);
            if (channel == null) {
                throw new CheckpointException(
                        "The model '" + model + "' lacks the shard " + files.describe(file)
                                + ", which " + INDEX + " names. Add it from the model's origin.");
            }
            return new SafetensorsFile(files.describe(file), channel);
        } catch (IOException e) {
            throw new CheckpointException(
                    files.describe(file) + " cannot be read: " + e.getMessage() + ".", e);
        }
    }
}
