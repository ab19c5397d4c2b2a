package io.flashdeberta.backend;

import java.util.List;

/**
 * Sequences of different lengths laid end to end without padding.
 *
 * @param ids token ids of all sequences, {@code [totalTokens]}
 * @param typeIds token type ids, {@code [totalTokens]}
 * @param offsets where each sequence starts, and the total at the end, {@code [sequences + 1]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record PackedBatch(int[] ids, int[] typeIds, int[] offsets) {

    /** Packs sequences given as {@code ids[s]} and {@code typeIds[s]}, each of at least one token. */
    public static PackedBatch of(List<int[]> ids, List<int[]> typeIds) {
        int[] offsets = new int[ids.size() + 1];
        for (int s = 0; s < ids.size(); s++) {
            int length = ids.get(s).length;
            if (length == 0 || typeIds.get(s).length != length) {
                throw new IllegalArgumentException(
                        "Sequence " + s + " has " + length + " ids and " + typeIds.get(s).length
                                + " type ids; at least one of each is needed, equally many.");
            }
            offsets[s + 1] = Math.addExact(offsets[s], length);
        }
        int total = offsets[ids.size()];
        int[] allIds = new int[total];
        int[] allTypeIds = new int[total];
        for (int s = 0; s < ids.size(); s++) {
            System.arraycopy(ids.get(s), 0, allIds, offsets[s], ids.get(s).length);
            System.arraycopy(typeIds.get(s), 0, allTypeIds, offsets[s], ids.get(s).length);
        }
        return new PackedBatch(allIds, allTypeIds, offsets);
    }

    public int sequences() {
        return offsets.length - 1;
    }

    public int totalTokens() {
        return ids.length;
    }

    /** First row of sequence {@code s}. */
    public int start(int s) {
        return offsets[s];
    }

    public int length(int s) {
        return offsets[s + 1] - offsets[s];
    }

    /** Tokens of the longest sequence. */
    public int maxLength() {
        int max = 0;
        for (int s = 0; s < sequences(); s++) {
            max = Math.max(max, length(s));
        }
        return max;
    }
}
