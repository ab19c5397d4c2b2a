package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelInputTest {

    private static final SpecialTokens SPECIAL = new SpecialTokens(1, 2, 0, 3, OptionalInt.empty());

    @Test
    void surroundsOneText() {
        ModelInput input = ModelInput.single(Texts.ofSize(4, 10).slice(1, 3), SPECIAL);

        assertThat(input.ids()).containsExactly(1, 11, 12, 2);
        assertThat(input.typeIds()).containsExactly(0, 0, 0, 0);
        assertThat(input.length()).isEqualTo(2 + ModelInput.SINGLE_SPECIAL_TOKENS);
        assertThat(segments(input)).containsExactly(-1, 0, 0, -1);
        assertThat(tokens(input)).containsExactly(-1, 0, 1, -1);
    }

    @Test
    void joinsTwoTexts() {
        ModelInput input = ModelInput.pair(Texts.ofSize(2, 10), Texts.ofSize(3, 20), SPECIAL);

        assertThat(input.ids()).containsExactly(1, 10, 11, 2, 20, 21, 22, 2);
        assertThat(input.typeIds()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
        assertThat(input.length()).isEqualTo(5 + ModelInput.PAIR_SPECIAL_TOKENS);
        assertThat(segments(input)).containsExactly(-1, 0, 0, -1, 1, 1, 1, -1);
        assertThat(tokens(input)).containsExactly(-1, 0, 1, -1, 0, 1, 2, -1);
    }

    @Test
    void acceptsEmptyTexts() {
        TokenizedText empty = Texts.ofSize(0, 0);

        assertThat(ModelInput.single(empty, SPECIAL).ids()).containsExactly(1, 2);
        ModelInput pair = ModelInput.pair(empty, Texts.ofSize(1, 5), SPECIAL);
        assertThat(pair.ids()).containsExactly(1, 2, 5, 2);
        assertThat(segments(pair)).containsExactly(-1, -1, 1, -1);
        assertThat(segments(ModelInput.pair(empty, empty, SPECIAL))).containsExactly(-1, -1, -1);
    }

    @Test
    void refusesPositionsOutside() {
        ModelInput input = ModelInput.single(Texts.ofSize(1, 0), SPECIAL);

        assertThatThrownBy(() -> input.segment(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> input.token(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static int[] segments(ModelInput input) {
        return IntStream.range(0, input.length()).map(input::segment).toArray();
    }

    private static int[] tokens(ModelInput input) {
        return IntStream.range(0, input.length()).map(input::token).toArray();
    }
}
