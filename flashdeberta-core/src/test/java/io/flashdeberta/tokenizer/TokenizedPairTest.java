package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizedPairTest {

    /**
     * Kept lengths by tokenizers' enable_truncation(max, strategy="longest_first"). Since 0.23 it stops reading a text early:
     * where both are longer than max alone, that may make them equally long first and so move the odd token.
     */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # first, second, max, kept of first, kept of second
            3, 3, 6, 3, 3
            3, 3, 5, 2, 3
            3, 3, 4, 2, 2
            3, 3, 1, 0, 1
            3, 3, 0, 0, 0
            2, 7, 6, 2, 4
            7, 2, 6, 4, 2
            2, 7, 5, 2, 3
            7, 2, 5, 3, 2
            2, 7, 3, 1, 2
            7, 2, 3, 2, 1
            0, 5, 3, 0, 3
            5, 0, 3, 3, 0
            4, 5, 8, 4, 4
            5, 4, 8, 4, 4
            4, 5, 7, 3, 4
            5, 4, 7, 4, 3
            9, 9, 7, 3, 4
            10, 9, 7, 4, 3
            9, 10, 7, 3, 4
            1, 9, 2, 1, 1
            9, 1, 2, 1, 1
            1, 9, 1, 0, 1
            9, 1, 1, 1, 0
            """)
    void cutsTheLongestFirst(int first, int second, int most, int keptOfFirst, int keptOfSecond) {
        TokenizedPair pair = TokenizedPair.longestFirst(
                Texts.ofSize(first, 100), Texts.ofSize(second, 200), most);

        assertThat(Texts.ids(pair.first())).isEqualTo(Texts.ids(Texts.ofSize(keptOfFirst, 100)));
        assertThat(Texts.ids(pair.second())).isEqualTo(Texts.ids(Texts.ofSize(keptOfSecond, 200)));
        assertThat(pair.truncated()).isEqualTo(keptOfFirst + keptOfSecond < first + second);
    }

    @Test
    void cutsOneTextOnly() {
        TokenizedText five = Texts.ofSize(5, 0);
        TokenizedText two = Texts.ofSize(2, 10);

        assertThat(TokenizedPair.onlyFirst(five, two, 6).first().size()).isEqualTo(4);
        assertThat(TokenizedPair.onlyFirst(five, two, 6).second()).isSameAs(two);
        assertThat(TokenizedPair.onlyFirst(five, two, 6).truncated()).isTrue();
        assertThat(TokenizedPair.onlyFirst(five, two, 7).truncated()).isFalse();
        assertThat(TokenizedPair.onlySecond(five, two, 6).first()).isSameAs(five);
        assertThat(TokenizedPair.onlySecond(five, two, 6).second().size()).isEqualTo(1);
        assertThat(TokenizedPair.onlySecond(five, two, 5).second().size()).isZero();
        assertThatThrownBy(() -> TokenizedPair.onlySecond(five, two, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must stay whole has 5 tokens");
    }

    @Test
    void refusesANegativeLength() {
        TokenizedText text = Texts.ofSize(1, 0);
        assertThatThrownBy(() -> TokenizedPair.longestFirst(text, text, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
