package io.flashdeberta.tokenizer;

import java.util.Arrays;
import java.util.Objects;

/** One sequence as the model reads it: {@code [CLS] a [SEP]} or {@code [CLS] a [SEP] b [SEP]}. */
public final class ModelInput {

    /** Special tokens that {@link #single} adds. */
    public static final int SINGLE_SPECIAL_TOKENS = 2;

    /** Special tokens that {@link #pair} adds. */
    public static final int PAIR_SPECIAL_TOKENS = 3;

    private final int[] ids;
    private final int[] typeIds;
    private final int first;

    private ModelInput(int[] ids, int[] typeIds, int first) {
        this.ids = ids;
        this.typeIds = typeIds;
        this.first = first;
    }

    /** {@code [CLS] a [SEP]}, all of type 0. */
    public static ModelInput single(TokenizedText a, SpecialTokens special) {
        int[] ids = new int[a.size() + SINGLE_SPECIAL_TOKENS];
        putFirst(a, special, ids);
        return new ModelInput(ids, new int[ids.length], a.size());
    }

    /** {@code [CLS] a [SEP] b [SEP]}, of type 0 up to the first {@code [SEP]} and of type 1 behind it. */
    public static ModelInput pair(TokenizedText a, TokenizedText b, SpecialTokens special) {
        int[] ids = new int[a.size() + b.size() + PAIR_SPECIAL_TOKENS];
        putFirst(a, special, ids);
        int second = a.size() + SINGLE_SPECIAL_TOKENS;
        b.copyIds(ids, second);
        ids[ids.length - 1] = special.sep();
        int[] typeIds = new int[ids.length];
        Arrays.fill(typeIds, second, ids.length, 1);
        return new ModelInput(ids, typeIds, a.size());
    }

    private static void putFirst(TokenizedText a, SpecialTokens special, int[] ids) {
        ids[0] = special.cls();
        a.copyIds(ids, 1);
        ids[1 + a.size()] = special.sep();
    }

    /** Vocabulary ids, [length]; not to be changed. */
    public int[] ids() {
        return ids;
    }

    /** Token type ids, [length], each 0 or 1; not to be changed. */
    public int[] typeIds() {
        return typeIds;
    }

    /** Number of tokens, special ones included. */
    public int length() {
        return ids.length;
    }

    /** The text that the token at {@code position} comes from: 0, 1, or −1 for a special token. */
    public int segment(int position) {
        Objects.checkIndex(position, ids.length);
        if (position == 0 || position == first + 1 || position == ids.length - 1) {
            return -1;
        }
        return position <= first ? 0 : 1;
    }

    /** Index within its {@link TokenizedText} of the token at {@code position}, or −1 for a special token. */
    public int token(int position) {
        return switch (segment(position)) {
            case 0 -> position - 1;
            case 1 -> position - first - SINGLE_SPECIAL_TOKENS;
            default -> -1;
        };
    }
}
