package io.flashdeberta.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {3, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void refusesAHeaderLongerThanTheFileOrTheFormatAllows(long length) throws IOException {
        byte[] file = ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .put((byte) '}')
                .array();

        assertRefused(
                file,
                "a header of " + Long.toUnsignedString(length) + " bytes, expected at most 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void refusesAFileWithoutAHeaderLength(int size) throws IOException {
        assertRefused(new byte[size], "it has " + size + " bytes");
    }

    @Test
    void refusesAFileCutShortAnywhere() throws IOException {
        byte[] whole = Safetensors.tensor("a", DataType.F32, 2, new byte[8]);
        try (Checkpoint checkpoint = Safetensors.checkpoint(folder, whole)) {
            assertThat(checkpoint.weights().names()).containsExactly("a");
        }
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), "model.safetensors");
        }
    }

    @Test
    void refusesAGitLfsPointer() throws IOException {
        assertRefused(
                "version https://git-lfs.github.com/spec/v1\n".getBytes(), "expected at most");
    }

    private void assertRefused(byte[] file, String message) throws IOException {
        try (Checkpoint checkpoint = Safetensors.checkpoint(folder, file)) {
            assertThatThrownBy(checkpoint::weights)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(message);
        }
    }
}
