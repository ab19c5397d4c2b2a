package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes safetensors files, malformed ones too. */
final class Safetensors {

    private Safetensors() {}

    static byte[] file(String header, byte... data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    static byte[] tensor(String name, DataType type, long elements, byte... data) {
        return file(
                "{\"%s\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                        .formatted(name, type, elements, data.length),
                data);
    }

    /** A folder with a model of that one file. */
    static Checkpoint checkpoint(Path folder, byte[] file) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.write(folder.resolve("model.safetensors"), file);
        return Checkpoint.open(folder);
    }
}
