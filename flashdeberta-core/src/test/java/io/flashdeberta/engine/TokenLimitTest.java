package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class TokenLimitTest {

    private static final int NONE = Integer.MAX_VALUE;

    private static DebertaConfig config(boolean absolutePositions) {
        return ConfigReader.read(new JsonMapper()
                .readTree(
                        "{\"model_type\": \"deberta-v2\", \"max_position_embeddings\": 512, \"position_biased_input\": "
                                + absolutePositions + "}"));
    }

    @Test
    void isTheTokenizersOrElseTheModels() {
        assertThat(TokenLimit.of(null, 384, config(false))).isEqualTo(384);
        assertThat(TokenLimit.of(null, 2048, config(false))).isEqualTo(2048);
        assertThat(TokenLimit.of(null, NONE, config(false))).isEqualTo(512);
    }

    @Test
    void canBeSetToAnything() {
        assertThat(TokenLimit.of(100_000, 512, config(false))).isEqualTo(100_000);
        assertThat(TokenLimit.of(64, 512, config(true))).isEqualTo(64);
    }

    @Test
    void absolutePositionsAreABound() {
        assertThat(TokenLimit.of(null, 2048, config(true))).isEqualTo(512);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenLimit.of(513, NONE, config(true)))
                .withMessageContaining("maxTokens is 513")
                .withMessageContaining("512");
    }
}
