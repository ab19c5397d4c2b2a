package io.flashdeberta.tokenizer;

import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.checkpoint.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The tokenizer of a checkpoint: the same ids as Python's {@code tokenizers} for the same files. Thread-safe. */
public final class DebertaTokenizer implements AutoCloseable {

    /**
     * Most UTF-16 units of a text that is tokenized as a whole. The native tokenizer takes hundreds of bytes for each, and up to two
     * microseconds.
     */
    public static final int MAX_TEXT_LENGTH = 1_000_000;

    /** Of texts: with fewer, threads that take part cost more than they bring. */
    private static final int MANY_CHARACTERS = 2048;

    private static final int SHORT_TEXT = 4096;

    /** Most tokens cover fewer characters. */
    private static final int CHARACTERS_OF_A_TOKEN = 16;

    private static final int LONG_WORD = 1024;

    /** Tokens before a cut through a word that may be other than without the cut. */
    private static final int UNSETTLED_TOKENS = 64;

    private static final String FILE = "tokenizer.json";

    private final String model;
    private final Vocabulary vocabulary;
    private final SpecialTokens specialTokens;
    private final int modelMaxLength;
    private final NativeTokenizer tokenizer;

    private DebertaTokenizer(Checkpoint checkpoint, byte[] json) {
        model = checkpoint.name();
        JsonNode tree = checkpoint.json(FILE);
        NativeGuard.check(model, tree);
        vocabulary = new Vocabulary(model, tree);
        TokenizerSettings settings = new TokenizerSettings(
                model,
                checkpoint
                        .optionalJson("tokenizer_config.json")
                        .orElseGet(JsonNodeFactory.instance::objectNode));
        specialTokens = settings.specialTokens(vocabulary);
        modelMaxLength = settings.modelMaxLength();
        tokenizer = nativeTokenizer(new String(json, StandardCharsets.UTF_8));
    }

    private NativeTokenizer nativeTokenizer(String json) {
        NativeLibrary.load();
        try {
            return new NativeTokenizer(json);
        } catch (RuntimeException e) {
            throw new CheckpointException(
                    "The tokenizer.json of '" + model + "' is not a tokenizer: " + e.getMessage()
                            + ". It may be damaged, or newer than this library's tokenizer; fetch it again.",
                    e);
        }
    }

    /**
     * Loads {@code tokenizer.json} and, if there, {@code tokenizer_config.json}.
     *
     * @throws CheckpointException when a file is missing or malformed, or a special token is not in the vocabulary
     */
    public static DebertaTokenizer load(Checkpoint checkpoint) {
        byte[] json = checkpoint
                .read(FILE)
                .orElseThrow(() -> new CheckpointException(missing(checkpoint)));
        return new DebertaTokenizer(checkpoint, json);
    }

    private static String missing(Checkpoint checkpoint) {
        String message = "The model '" + checkpoint.name() + "' has no tokenizer.json";
        if (checkpoint.read("spm.model").isPresent()) {
            return message
                    + ", only spm.model, which is not readable yet. Convert it once with Python:"
                    + " AutoTokenizer.from_pretrained(dir).save_pretrained(dir).";
        }
        return message
                + ". Add the file from the model's origin, or from the base model it was trained from.";
    }

    /** Most tokens of a sequence by {@code tokenizer_config.json}; {@link Integer#MAX_VALUE} when it sets no limit. */
    public int modelMaxLength() {
        return modelMaxLength;
    }

    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /** One more than the highest id. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** The token with that id, such as {@code ▁the}. */
    public String token(int id) {
        return vocabulary.token(id);
    }

    /** The id of a token, empty when it is not in the vocabulary. */
    public OptionalInt id(String token) {
        return vocabulary.id(token);
    }

    /**
     * All tokens of a text, without special tokens around it. Special tokens spelled out in the text become the ids of these
     * tokens, and a lone surrogate counts as U+FFFD, as {@code tokenizers} has both.
     *
     * @throws IllegalArgumentException when the text is longer than {@link #MAX_TEXT_LENGTH}
     */
    public TokenizedText tokenize(String text) {
        return tokenize(text, Offsets.WITH);
    }

    private TokenizedText tokenize(String text, Offsets offsets) {
        String wellFormed = wellFormed(text);
        return switch (offsets) {
            case WITH -> tokenizer.encode(wellFormed).toTokenizedText(text);
            case WITHOUT ->
                TokenizedText.withoutOffsets(
                        text, NativeEncoding.toInts(tokenizer.ids(wellFormed)));
        };
    }

    private static String wellFormed(String text) {
        requireShort(text);
        return Unicode.wellFormed(text);
    }

    private static void requireShort(String text) {
        if (text.length() > MAX_TEXT_LENGTH) {
            throw new IllegalArgumentException("The text has " + text.length()
                    + " characters; expected at most " + MAX_TEXT_LENGTH + ". Split it.");
        }
    }

    /** {@link #tokenize(String)} for each text, with offsets or without; in parallel where there is much to do. */
    public List<TokenizedText> tokenize(List<String> texts, Offsets offsets) {
        if (texts.size() == 1 || texts.stream().mapToLong(String::length).sum() < MANY_CHARACTERS) {
            return texts.stream().map(text -> tokenize(text, offsets)).toList();
        }
        texts.forEach(DebertaTokenizer::requireShort);
        return texts.parallelStream().map(text -> tokenize(text, offsets)).toList();
    }

    /**
     * The beginning of each text: more than {@code tokens} tokens, or all there are. Of a longer text, which may have any length,
     * not much more than that is read. The tokens are those of the whole text, unless it has words of a thousand characters.
     * In parallel where there is much to do.
     *
     * @throws IllegalArgumentException when a text is longer than {@link #MAX_TEXT_LENGTH} and has so few tokens up to there, as
     *     white space has
     */
    public List<TokenizedText> tokenizeBeginnings(List<String> texts, int tokens, Offsets offsets) {
        long length = Math.max(SHORT_TEXT, (long) CHARACTERS_OF_A_TOKEN * tokens);
        List<String> beginnings =
                texts.stream().map(text -> beginning(text, length)).toList();
        List<TokenizedText> tokenized = tokenize(beginnings, offsets);
        return IntStream.range(0, texts.size())
                .mapToObj(i -> suffices(tokenized.get(i), texts.get(i), tokens)
                        ? tokenized.get(i)
                        : tokenizeBeginning(texts.get(i), 2 * length, tokens, offsets))
                .toList();
    }

    private static String beginning(String text, long length) {
        return length < Math.min(text.length(), MAX_TEXT_LENGTH - LONG_WORD)
                ? text.substring(0, Unicode.endOfWord(text, (int) length, LONG_WORD))
                : text;
    }

    private static boolean suffices(TokenizedText beginning, String text, int tokens) {
        return beginning.text().length() == text.length()
                || beginning.size() > tokens + UNSETTLED_TOKENS;
    }

    private TokenizedText tokenizeBeginning(
            String text, long leastLength, int tokens, Offsets offsets) {
        for (long length = leastLength; ; length *= 2) {
            TokenizedText beginning = tokenize(beginning(text, length), offsets);
            if (suffices(beginning, text, tokens)) {
                return beginning;
            }
        }
    }

    /**
     * The text of tokens, special ones included.
     *
     * @throws IllegalArgumentException for an id that is not in the vocabulary
     */
    public String decode(int[] ids) {
        for (int id : ids) {
            vocabulary.token(id);
        }
        return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray());
    }

    /** Frees the native tokenizer; afterwards {@code tokenize} and {@code decode} throw {@link IllegalStateException}. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
