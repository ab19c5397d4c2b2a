package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenWindowsTest {

    /** Windows as printed by tokenizers 0.23 with enable_truncation(size, stride=stride): encoding and overflowing. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # tokens, size, stride, windows
            0, 4, 0, 0-0
            3, 4, 0, 0-3
            4, 4, 2, 0-4
            5, 4, 0, 0-4 4-5
            5, 4, 2, 0-4 2-5
            6, 4, 2, 0-4 2-6
            8, 4, 0, 0-4 4-8
            9, 4, 3, 0-4 1-5 2-6 3-7 4-8 5-9
            10, 4, 2, 0-4 2-6 4-8 6-10
            11, 4, 2, 0-4 2-6 4-8 6-10 8-11
            5, 1, 0, 0-1 1-2 2-3 3-4 4-5
            """)
    void cutsAsTokenizersDoes(int tokens, int size, int stride, String expected) {
        String windows = TokenWindows.windows(Texts.ofSize(tokens, 0), size, stride).stream()
                .map(w -> w.size() == 0 ? "0-0" : w.id(0) + "-" + (w.id(w.size() - 1) + 1))
                .collect(Collectors.joining(" "));

        assertThat(windows).isEqualTo(expected);
    }

    @Test
    void refusesWindowsThatDoNotAdvance() {
        TokenizedText text = Texts.ofSize(5, 0);
        assertThatThrownBy(() -> TokenWindows.windows(text, 3, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TokenWindows.windows(text, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TokenWindows.windows(text, 3, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
