package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenizedTextTest {

    private final TokenizedText text = Texts.ofSize(6, 10);

    @Test
    void slicesKeepOffsetsAndWordsOfTheWholeText() {
        TokenizedText slice = text.slice(1, 5).slice(1, 3);

        assertThat(slice.text()).isEqualTo("xxxxxx");
        assertThat(Texts.ids(slice)).containsExactly(12, 13);
        assertThat(slice.start(0)).isEqualTo(2);
        assertThat(slice.end(1)).isEqualTo(4);
        assertThat(slice.word(1)).isEqualTo(3);
        assertThat(text.slice(0, 6)).isSameAs(text);
        assertThat(text.slice(3, 3).size()).isZero();
    }

    @Test
    void refusesIndicesOutsideTheSlice() {
        TokenizedText slice = text.slice(1, 3);

        assertThatThrownBy(() -> slice.id(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.start(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.slice(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.slice(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
