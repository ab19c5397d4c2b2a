package io.flashdeberta.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class WeightTensorTest {

    private static final int ALL = 1 << 16;

    @TempDir
    Path folder;

    @Test
    void decodesEveryHalf() throws IOException {
        try (Checkpoint checkpoint = checkpoint(DataType.F16, ALL, everyShort())) {
            float[] decoded = tensor(checkpoint).toFloats();
            for (int bits = 0; bits < ALL; bits++) {
                assertSame(decoded[bits], half(bits), bits);
            }
        }
    }

    @Test
    void decodesEveryBfloat() throws IOException {
        try (Checkpoint checkpoint = checkpoint(DataType.BF16, ALL, everyShort())) {
            float[] decoded = tensor(checkpoint).toFloats();
            for (int bits = 0; bits < ALL; bits++) {
                assertSame(decoded[bits], Float.intBitsToFloat(bits << 16), bits);
            }
        }
    }

    @Test
    void decodesDoublesAndFloats() throws IOException {
        ByteBuffer doubles = littleEndian(3 * Double.BYTES)
                .putDouble(1.1)
                .putDouble(1e300)
                .putDouble(Double.NaN);
        try (Checkpoint checkpoint = checkpoint(DataType.F64, 3, doubles.array())) {
            assertThat(tensor(checkpoint).toFloats())
                    .containsExactly(1.1f, Float.POSITIVE_INFINITY, Float.NaN);
        }
        ByteBuffer floats = littleEndian(2 * Float.BYTES).putFloat(-0.5f).putFloat(Float.MIN_VALUE);
        try (Checkpoint checkpoint = checkpoint(DataType.F32, 2, floats.array())) {
            assertThat(tensor(checkpoint).toFloats()).containsExactly(-0.5f, Float.MIN_VALUE);
        }
    }

    @Test
    void copiesPartsLargerAndSmallerThanAChunk() throws IOException {
        int elements = 200_000;
        ByteBuffer data = littleEndian(elements * Float.BYTES);
        for (int i = 0; i < elements; i++) {
            data.putFloat(i);
        }
        try (Checkpoint checkpoint = checkpoint(DataType.F32, elements, data.array())) {
            WeightTensor tensor = tensor(checkpoint);
            FloatBuffer target = ByteBuffer.allocateDirect(4 * (elements + 3))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();

            target.position(1);
            tensor.copyTo(target);
            assertThat(target.position()).isEqualTo(1 + elements);
            assertThat(target.get(0)).isZero();
            assertThat(target.get(1 + 123_456)).isEqualTo(123_456f);
            assertThat(target.get(elements)).isEqualTo(elements - 1f);
            assertThat(target.get(elements + 1)).isZero();

            FloatBuffer part = FloatBuffer.allocate(70_001);
            tensor.copyTo(129_999, part);
            assertThat(part.remaining()).isZero();
            assertThat(part.get(0)).isEqualTo(129_999f);
            assertThat(part.get(70_000)).isEqualTo(199_999f);
        }
    }

    @Test
    void refusesRangesOutsideTheTensor() throws IOException {
        try (Checkpoint checkpoint = checkpoint(DataType.F32, 2, new byte[8])) {
            WeightTensor tensor = tensor(checkpoint);
            assertThatThrownBy(() -> tensor.copyTo(FloatBuffer.allocate(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has 2 elements, the target has room for 1");
            assertThatThrownBy(() -> tensor.copyTo(1, FloatBuffer.allocate(2)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tensor.copyTo(-1, FloatBuffer.allocate(1)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"F64", "F32", "F16", "BF16"})
    void refusesToMakeFloatsOfOtherTypes(DataType type) throws IOException {
        try (Checkpoint checkpoint = checkpoint(type, 1, new byte[type.bytes()])) {
            assertThatThrownBy(() -> tensor(checkpoint).toFloats())
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("'t'")
                    .hasMessageContaining("has type " + type);
        }
    }

    @Test
    void mapsTheStoredBytes() throws IOException {
        ByteBuffer data = littleEndian(8).putShort((short) 7).putInt(-9).putShort((short) 1);
        try (Checkpoint checkpoint = checkpoint(DataType.U8, 8, data.array())) {
            ByteBuffer mapped = tensor(checkpoint).data();
            assertThat(mapped.isDirect() && mapped.isReadOnly()).isTrue();
            assertThat(mapped.remaining()).isEqualTo(8);
            assertThat(mapped.getShort(0)).isEqualTo((short) 7);
            assertThat(mapped.getInt(2)).isEqualTo(-9);
        }
    }

    @Test
    void readsAnEmptyTensor() throws IOException {
        try (Checkpoint checkpoint = checkpoint(DataType.F32, 0, new byte[0])) {
            assertThat(tensor(checkpoint).toFloats()).isEmpty();
            assertThat(tensor(checkpoint).data().remaining()).isZero();
        }
    }

    @Test
    void throwsAfterCloseInsteadOfCrashing() throws IOException {
        Checkpoint checkpoint = checkpoint(DataType.F32, 2, new byte[8]);
        WeightTensor tensor = tensor(checkpoint);
        ByteBuffer mapped = tensor.data();
        checkpoint.close();
        checkpoint.close();
        assertThatThrownBy(tensor::toFloats)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(tensor::data)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(checkpoint::weights)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        if (Runtime.version().feature() >= 22) {
            assertThatThrownBy(() -> mapped.get(0)).isInstanceOf(IllegalStateException.class);
        } else {
            assertThat(mapped.get(0)).isZero();
        }
    }

    private static float half(int bits) {
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        double magnitude = exponent == 0
                ? Math.scalb(fraction, -24)
                : Math.scalb(1024 + fraction, exponent - 25);
        if (exponent == 31) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        return (float) (bits < 1 << 15 ? magnitude : -magnitude);
    }

    private static void assertSame(float actual, float expected, int bits) {
        boolean same = Float.isNaN(expected)
                ? Float.isNaN(actual)
                : Float.floatToRawIntBits(actual) == Float.floatToRawIntBits(expected);
        assertThat(same)
                .as("%04x decoded to %s, expected %s", bits, actual, expected)
                .isTrue();
    }

    private static byte[] everyShort() {
        ByteBuffer shorts = littleEndian(ALL * Short.BYTES);
        for (int bits = 0; bits < ALL; bits++) {
            shorts.putShort((short) bits);
        }
        return shorts.array();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Checkpoint checkpoint(DataType type, long elements, byte[] data) throws IOException {
        return Safetensors.checkpoint(folder, Safetensors.tensor("t", type, elements, data));
    }

    private static WeightTensor tensor(Checkpoint checkpoint) {
        return checkpoint.weights().get("t");
    }
}
