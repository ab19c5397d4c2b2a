package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.checkpoint.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CharsmapTest {

    private static final int UNITS = 256;
    private static final int LEAF = 1 << 8;

    @Test
    void acceptsWhatSentencePieceWrote() {
        try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/tokenizer")) {
            String charsmap = checkpoint
                    .json("tokenizer.json")
                    .findValue("precompiled_charsmap")
                    .stringValue();
            assertThat(charsmap).hasSizeGreaterThan(1000);
            assertThat(Charsmap.isValid(charsmap)).isTrue();
        }
    }

    /** 'a' leads from node 1 to node 2, a leaf with the value at unit 2. */
    @Test
    void checksWhereLeavesPoint() {
        assertThat(leafWithValue(0, "b\0")).isTrue();
        assertThat(leafWithValue(2, "b\0")).isTrue();
        assertThat(leafWithValue(3, "b\0")).isFalse();
        assertThat(leafWithValue(Integer.MAX_VALUE, "b\0")).isFalse();
        assertThat(leafWithValue(0, "é\0")).isTrue();
        assertThat(leafWithValue(1, "é\0")).isFalse();
    }

    private static boolean leafWithValue(int value, String strings) {
        int[] units = new int[UNITS];
        units[0] = 1 << 10;
        units[1 ^ 'a'] = 'a' | LEAF | (1 ^ 'a' ^ 2) << 10;
        units[2] = value;
        return Charsmap.isValid(
                encode(UNITS * Integer.BYTES, units, strings.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void refusesNodesOutsideTheTrie() {
        int[] units = new int[UNITS];
        units[0] = UNITS << 10;
        assertThat(Charsmap.isValid(encode(UNITS * Integer.BYTES, units))).isFalse();
        units[0] = -1;
        assertThat(Charsmap.isValid(encode(UNITS * Integer.BYTES, units))).isFalse();
        units[0] = 1 << 10;
        assertThat(Charsmap.isValid(encode(UNITS * Integer.BYTES, units))).isTrue();
        units[1 ^ 'a'] = 'a' | UNITS << 10;
        assertThat(Charsmap.isValid(encode(UNITS * Integer.BYTES, units))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0, -4, Integer.MIN_VALUE, 3, UNITS * 4 + 4, Integer.MAX_VALUE, UNITS * 4 - 4})
    void refusesATrieSizeThatDoesNotFit(int size) {
        assertThat(Charsmap.isValid(encode(size, new int[UNITS]))).isFalse();
    }

    @Test
    void refusesStringsThatAreNotUtf8() {
        assertThat(Charsmap.isValid(encode(UNITS * 4, new int[UNITS], (byte) 'b', (byte) 0)))
                .isTrue();
        assertThat(Charsmap.isValid(encode(UNITS * 4, new int[UNITS], (byte) 0xFF, (byte) 0)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "BAAAAAAAAAB=", "BAAAAAAAAAA", "*", "BAAAAAAAAAA=\n"})
    void refusesWhatIsNoTable(String base64) {
        assertThat(Charsmap.isValid(base64)).isFalse();
    }

    private static String encode(int size, int[] units, byte... strings) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + units.length) + strings.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(size);
        for (int unit : units) {
            bytes.putInt(unit);
        }
        return Base64.getEncoder().encodeToString(bytes.put(strings).array());
    }
}
