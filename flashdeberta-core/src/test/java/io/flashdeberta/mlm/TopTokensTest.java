package io.flashdeberta.mlm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopTokensTest {

    private static final float[] VALUES = {1, 5, 3, 5, -2, 4};

    @Test
    void picksTheHighest() {
        assertThat(TopTokens.of(VALUES, 6, 3)).containsExactly(1, 3, 5);
        assertThat(TopTokens.of(VALUES, 6, 1)).containsExactly(1);
        assertThat(TopTokens.of(VALUES, 6, 99)).containsExactly(1, 3, 5, 2, 0, 4);
    }

    @Test
    void ignoresWhatTheTokenizerDoesNotKnow() {
        assertThat(TopTokens.of(VALUES, 3, 2)).containsExactly(1, 2);
        assertThat(TopTokens.of(VALUES, 1000, 2)).containsExactly(1, 3);
    }
}
