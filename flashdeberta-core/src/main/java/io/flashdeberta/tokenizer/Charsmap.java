package io.flashdeberta.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * The normalization table of SentencePiece: u32 size of a trie, the trie as a double array of u32 units (Darts-clone), then
 * NUL-terminated UTF-8 strings that its leaves point to. The native tokenizer follows it without a check, and what it cannot
 * read there ends the JVM; hence this one.
 */
final class Charsmap {

    private static final int LEAF = 1 << 8;
    private static final int WIDE_OFFSET = 1 << 9;
    private static final int LABEL = 1 << 31 | 0xFF;

    private final IntBuffer units;
    private final ByteBuffer strings;
    private final BitSet seen = new BitSet();
    private final Deque<Integer> open = new ArrayDeque<>();

    private Charsmap(byte[] bytes) {
        ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(all.remaining() >= Integer.BYTES);
        int size = all.getInt();
        require(size >= Integer.BYTES && size % Integer.BYTES == 0 && size <= all.remaining());
        units = all.slice(all.position(), size).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
        strings = all.slice(all.position() + size, all.remaining() - size);
    }

    private static Charsmap decode(String base64) throws CharacterCodingException {
        byte[] bytes = Base64.getDecoder().decode(base64);
        require(Base64.getEncoder().encodeToString(bytes).equals(base64));
        Charsmap charsmap = new Charsmap(bytes);
        StandardCharsets.UTF_8.newDecoder().decode(charsmap.strings.duplicate());
        return charsmap;
    }

    static boolean isValid(String base64) {
        try {
            decode(base64).check();
            return true;
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return false;
        }
    }

    /** Visits every node that a text can lead to. */
    private void check() {
        open(offset(units.get(0)));
        while (!open.isEmpty()) {
            int node = open.pop();
            for (int c = 1; c <= 0xFF; c++) {
                int unit = units.get(node ^ c);
                if ((unit & LABEL) == c) {
                    int child = node ^ c ^ offset(unit);
                    open(child);
                    if ((unit & LEAF) != 0) {
                        checkString(units.get(child) & Integer.MAX_VALUE);
                    }
                }
            }
        }
    }

    private void open(int node) {
        require((node | 0xFF) < units.limit());
        if (!seen.get(node)) {
            seen.set(node);
            open.push(node);
        }
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & WIDE_OFFSET) >>> 6);
    }

    private void checkString(int start) {
        require(start <= strings.limit());
        require(start == strings.limit() || (strings.get(start) & 0xC0) != 0x80);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("The table points outside itself.");
        }
    }
}
