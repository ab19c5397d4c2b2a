package io.flashdeberta.mlm;

import static io.flashdeberta.engine.Expected.CLOSE;
import static io.flashdeberta.engine.Expected.cases;
import static io.flashdeberta.engine.Expected.checkpoint;
import static io.flashdeberta.engine.Expected.list;
import static io.flashdeberta.engine.Expected.number;
import static io.flashdeberta.engine.Expected.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flashdeberta.engine.InputTooLongException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DebertaFillMaskTest {

    private static DebertaFillMask.Builder builder(String checkpoint) {
        return DebertaFillMask.builder()
                .model(checkpoint(checkpoint))
                .device("cpu")
                .threads(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"masked-lm", "masked-lm-legacy"})
    void predictsLikeTransformers(String checkpoint) {
        try (DebertaFillMask model = builder(checkpoint).build()) {
            for (JsonNode expected : cases(checkpoint, "fillMask")) {
                String text = text(expected, "text");
                FillMaskResult result = model.fill(text);
                List<JsonNode> masks = list(expected.required("masks"));
                assertThat(result.masks()).hasSameSizeAs(masks);
                assertThat(result.tokens()).isEqualTo(expected.required("ids").size());
                for (int m = 0; m < masks.size(); m++) {
                    MaskResult mask = result.masks().get(m);
                    assertThat(text.substring(mask.start(), mask.end())).isEqualTo("[MASK]");
                    assertPredictions(mask, list(masks.get(m).required("top")));
                }
                assertThat(result.sequences())
                        .isEqualTo(
                                masks.size() > 1
                                        ? List.of()
                                        : list(masks.get(0).required("top")).stream()
                                                .map(top -> text(top, "sequence"))
                                                .toList());
            }
        }
    }

    private static void assertPredictions(MaskResult mask, List<JsonNode> top) {
        assertThat(mask.predictions()).hasSameSizeAs(top);
        for (int i = 0; i < top.size(); i++) {
            TokenPrediction prediction = mask.predictions().get(i);
            assertThat(prediction.id()).isEqualTo(top.get(i).required("id").asInt());
            assertThat(prediction.token()).isEqualTo(text(top.get(i), "piece"));
            assertThat(prediction.text()).isEqualTo(text(top.get(i), "token"));
            assertThat(prediction.score()).isCloseTo(number(top.get(i), "score"), CLOSE);
            assertThat(prediction.logit()).isCloseTo(number(top.get(i), "logit"), CLOSE);
        }
        assertThat(mask.best()).isEqualTo(mask.predictions().get(0));
    }

    @Test
    void givesAsManyAsAskedFor() {
        try (DebertaFillMask model = builder("masked-lm").build()) {
            assertThat(model.fill("a [MASK]", 1).masks().get(0).predictions()).hasSize(1);
            assertThat(model.fill("a [MASK]", 100_000).masks().get(0).predictions().stream()
                            .mapToDouble(TokenPrediction::score)
                            .sum())
                    .isCloseTo(1, Offset.offset(1e-4));
        }
    }

    @Test
    void refusesATextWithoutMask() {
        try (DebertaFillMask model = builder("masked-lm").maxTokens(16).build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.fill("The river rose."))
                    .withMessageContaining("write [MASK]");
            assertThatIllegalArgumentException().isThrownBy(() -> model.fill("[MASK]", 0));
            assertThatIllegalArgumentException().isThrownBy(() -> model.fill(null));
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> model.fill("bread ".repeat(30) + "[MASK]"));
        }
    }
}
