package io.flashdeberta.backend;

import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.checkpoint.WeightTensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Weight tensors with normally distributed values that a precision has exactly, through a real file. */
public final class RandomWeights implements AutoCloseable {

    private final Path folder;
    private final Precision precision;
    private final Random random = new Random(42);
    private final List<Checkpoint> open = new ArrayList<>();

    public RandomWeights(Path folder, Precision precision) {
        this.folder = folder;
        this.precision = precision;
    }

    public WeightTensor tensor(long... shape) {
        return scaled(1, shape);
    }

    /** Of that standard deviation. */
    public WeightTensor scaled(double deviation, long... shape) {
        float[] values =
                new float[Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact))];
        IntStream.range(0, values.length)
                .forEach(i -> values[i] = round((float) (deviation * random.nextGaussian())));
        return tensor(values, shape);
    }

    private float round(float value) {
        return switch (precision) {
            case AUTO, FP32, INT8 -> value;
            case FP16 -> round(value, 10, -14);
            case BF16 -> round(value, 7, Float.MIN_EXPONENT);
        };
    }

    private static float round(float value, int fractionBits, int smallestExponent) {
        int exponent = Math.max(Math.getExponent(value), smallestExponent);
        float unit = Math.scalb(1f, exponent - fractionBits);
        return (float) Math.rint(value / unit) * unit;
    }

    public WeightTensor tensor(float[] values, long... shape) {
        String dimensions =
                String.join(",", LongStream.of(shape).mapToObj(Long::toString).toList());
        byte[] header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[0,%d]}}"
                .formatted(dimensions, 4 * values.length)
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + 4 * values.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (float value : values) {
            file.putFloat(value);
        }
        try {
            Path checkpoint = Files.createDirectory(folder.resolve("tensor-" + open.size()));
            Files.writeString(checkpoint.resolve("config.json"), "{}");
            Files.write(checkpoint.resolve("model.safetensors"), file.array());
            open.add(Checkpoint.open(checkpoint));
            return open.get(open.size() - 1).weights().get("x");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        open.forEach(Checkpoint::close);
    }
}
