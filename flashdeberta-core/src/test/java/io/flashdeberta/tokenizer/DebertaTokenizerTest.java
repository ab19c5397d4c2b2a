package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.checkpoint.Checkpoint;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DebertaTokenizerTest {

    private static final String LONG = "The town by the sea 🙂 ".repeat(100);

    private static DebertaTokenizer tokenizer;

    @BeforeAll
    static void load() {
        try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/tokenizer")) {
            tokenizer = DebertaTokenizer.load(checkpoint);
        }
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void knowsItsVocabulary() {
        SpecialTokens special = tokenizer.specialTokens();

        assertThat(special.pad()).isEqualTo(0);
        assertThat(special.cls()).isEqualTo(1);
        assertThat(special.sep()).isEqualTo(2);
        assertThat(special.unk()).isEqualTo(3);
        assertThat(special.mask()).hasValue(tokenizer.vocabularySize() - 1);
        assertThat(tokenizer.token(special.sep())).isEqualTo("[SEP]");
        assertThat(tokenizer.token(special.mask().getAsInt())).isEqualTo("[MASK]");
        assertThat(tokenizer.id("[CLS]")).hasValue(1);
        assertThat(tokenizer.id("no such token")).isEmpty();
        assertThat(tokenizer.modelMaxLength()).isEqualTo(512);
        assertThatThrownBy(() -> tokenizer.token(tokenizer.vocabularySize()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tokenizer.token(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void offsetsCoverTheWords() {
        TokenizedText text = tokenizer.tokenize("  The 🙂🙂 town ");
        List<String> covered = IntStream.range(0, text.size())
                .mapToObj(i -> text.text().substring(text.start(i), text.end(i)))
                .toList();

        assertThat(String.join("", covered)).isEqualTo("The🙂🙂town");
        assertThat(text.start(0)).isEqualTo(2);
        assertThat(text.end(text.size() - 1)).isEqualTo(text.text().length() - 1);
    }

    @Test
    void takesALoneSurrogateForAReplacementCharacter() {
        String broken = "the \uD83D town \uDE42\uD83D\uDE42 sea\uD83D";
        TokenizedText text = tokenizer.tokenize(broken);
        TokenizedText replaced = tokenizer.tokenize("the \uFFFD town \uFFFD\uD83D\uDE42 sea\uFFFD");

        assertThat(text.text()).isSameAs(broken);
        assertThat(Texts.ids(text)).isEqualTo(Texts.ids(replaced));
        for (int i = 0; i < text.size(); i++) {
            assertThat(text.start(i)).isEqualTo(replaced.start(i));
            assertThat(text.end(i)).isEqualTo(replaced.end(i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tokenizesListsInOrderAndFromManyThreads(Offsets offsets) {
        List<String> texts = IntStream.range(0, 300)
                .mapToObj(i -> "The town " + i + " 🙂 sea ".repeat(i % 7))
                .toList();
        List<TokenizedText> tokenized = tokenizer.tokenize(texts, offsets);

        assertThat(tokenized).hasSameSizeAs(texts);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(tokenized.get(i).text()).isSameAs(texts.get(i));
            assertThat(Texts.ids(tokenized.get(i)))
                    .isEqualTo(Texts.ids(tokenizer.tokenize(texts.get(i))));
        }
        assertThat(tokenizer.tokenize(List.of(), offsets)).isEmpty();
    }

    @Test
    void theIdsAreTheSameWithoutOffsetsAndOffsetsAreNotMadeUp() {
        TokenizedText with = tokenizer.tokenize("The 🙂🙂 town");
        TokenizedText without =
                tokenizer.tokenize(List.of("The 🙂🙂 town"), Offsets.WITHOUT).get(0);

        assertThat(Texts.ids(without)).isEqualTo(Texts.ids(with));
        assertThat(without.slice(1, 2).id(0)).isEqualTo(with.id(1));
        assertThatThrownBy(() -> without.start(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Offsets.WITH");
    }

    @Test
    void doesNotTruncateLongTexts() {
        int words = 20_000;
        TokenizedText text = tokenizer.tokenize("town ".repeat(words));

        assertThat(text.size()).isEqualTo(words * tokenizer.tokenize("town").size());
        assertThat(text.end(text.size() - 1)).isEqualTo(text.text().length() - 1);
    }

    @Test
    void refusesATextTooLongForMemory() {
        String text = "a".repeat(DebertaTokenizer.MAX_TEXT_LENGTH + 1);
        assertThatThrownBy(() -> tokenizer.tokenize(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1000001 characters");
        List<String> texts = Stream.concat(
                        Stream.of(text), Stream.generate(() -> "town").limit(7))
                .toList();
        for (int n = 0; n < 20; n++) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tokenizer.tokenize(texts, Offsets.WITHOUT))
                    .withMessageStartingWith("The text has 1000001 characters");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The town by the sea 🙂 ",
                "the  town\n\n by\tthe \u3000 sea ",
                "[MASK] the [SEP] town",
                "\u00e9l\u00e8ve fi\ufb01 \u0645\u0631\u062d\u0628\u0627 \u6f22\u5b57 ",
            })
    void aBeginningHasTheTokensOfTheWhole(String text) {
        String repeated = text.repeat(50_000 / text.length());
        TokenizedText whole = tokenizer.tokenize(repeated);
        for (int tokens : new int[] {1, 100, 512, 1000}) {
            TokenizedText beginning = tokenizer
                    .tokenizeBeginnings(List.of(repeated), tokens, Offsets.WITH)
                    .get(0);
            assertThat(beginning.size()).isBetween(tokens + 1, whole.size() - 1);
            for (int i = 0; i < tokens; i++) {
                assertThat(beginning.id(i)).isEqualTo(whole.id(i));
                assertThat(beginning.start(i)).isEqualTo(whole.start(i));
                assertThat(beginning.end(i)).isEqualTo(whole.end(i));
                assertThat(beginning.word(i)).isEqualTo(whole.word(i));
            }
        }
    }

    @Test
    void theBeginningOfAShortTextIsAllOfIt() {
        for (String text : List.of("", " ", "the town", "the town ".repeat(500))) {
            TokenizedText beginning =
                    tokenizer.tokenizeBeginnings(List.of(text), 5, Offsets.WITH).get(0);
            TokenizedText whole = tokenizer.tokenize(text);
            assertThat(beginning.size()).isGreaterThanOrEqualTo(Math.min(6, whole.size()));
        }
    }

    @Test
    void theBeginningOfATextOfAnyLengthCostsLittle() {
        for (String text : List.of("the town ", "a", "🙂")) {
            String endless = text.repeat(10_000_000 / text.length());
            TokenizedText beginning = tokenizer
                    .tokenizeBeginnings(List.of(endless), 512, Offsets.WITH)
                    .get(0);
            assertThat(beginning.size()).isBetween(513, 20_000);
        }
        String blank = " ".repeat(10_000_000);
        assertThatThrownBy(() -> tokenizer.tokenizeBeginnings(List.of(blank), 512, Offsets.WITH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10000000 characters");
    }

    @Test
    void refusesToDecodeUnknownIds() {
        assertThat(tokenizer.decode(new int[0])).isEmpty();
        assertThatThrownBy(() -> tokenizer.decode(new int[] {1, -1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void throwsAfterClose() {
        DebertaTokenizer closed;
        try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/tokenizer")) {
            closed = DebertaTokenizer.load(checkpoint);
        }
        closed.close();
        closed.close();

        assertThatThrownBy(() -> closed.tokenize("the town"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> closed.decode(new int[] {4}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void mayBeClosedWhileOthersTokenize() {
        DebertaTokenizer closed;
        try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/tokenizer")) {
            closed = DebertaTokenizer.load(checkpoint);
        }
        int expected = closed.tokenize(LONG).size();
        List<String> outcomes = IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> {
                    if (i == 32) {
                        closed.close();
                    }
                    try {
                        return closed.tokenize(LONG).size() == expected ? "whole" : "torn";
                    } catch (IllegalStateException e) {
                        return "closed";
                    }
                })
                .toList();

        assertThat(outcomes).contains("closed").doesNotContain("torn");
    }
}
