package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ProbabilitiesTest {

    private static final Offset<Float> ROUNDING = Offset.offset(1e-7f);

    @Test
    void sigmoidStaysWithinItsRange() {
        assertThat(Probabilities.sigmoid(0)).isEqualTo(0.5f);
        assertThat(Probabilities.sigmoid(2)).isCloseTo(0.880797f, ROUNDING);
        assertThat(Probabilities.sigmoid(1000)).isEqualTo(1);
        assertThat(Probabilities.sigmoid(-1000)).isZero();
    }

    @Test
    void softmaxDoesNotOverflow() {
        assertThat(Probabilities.softmax(new float[] {1000, 1000})).containsExactly(0.5f, 0.5f);
        assertThat(Probabilities.softmax(new float[] {0, (float) Math.log(3)}))
                .containsExactly(new float[] {0.25f, 0.75f}, ROUNDING);
        assertThat(Probabilities.softmax(new float[] {-3e38f, 3e38f})).containsExactly(0f, 1f);
        assertThat(Probabilities.softmax(new float[0])).isEmpty();
    }
}
