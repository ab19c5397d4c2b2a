package io.flashdeberta.choice;

import static io.flashdeberta.engine.Expected.CLOSE;
import static io.flashdeberta.engine.Expected.cases;
import static io.flashdeberta.engine.Expected.checkpoint;
import static io.flashdeberta.engine.Expected.list;
import static io.flashdeberta.engine.Expected.text;
import static io.flashdeberta.engine.Expected.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DebertaMultipleChoiceTest {

    private static DebertaMultipleChoice.Builder builder() {
        return DebertaMultipleChoice.builder()
                .model(checkpoint("multiple-choice"))
                .device("cpu")
                .threads(2);
    }

    @Test
    void choosesLikeTransformers() {
        try (DebertaMultipleChoice model = builder().build()) {
            for (JsonNode expected : cases("multiple-choice", "multipleChoice")) {
                List<String> choices = texts(expected.required("choices"));
                ChoiceResult result = model.choose(text(expected, "prompt"), choices);
                assertThat(result.choices())
                        .hasSameSizeAs(choices)
                        .isSortedAccordingTo(Comparator.comparing(Choice::score).reversed());
                for (Choice choice : result.choices()) {
                    assertThat(choice.text()).isEqualTo(choices.get(choice.index()));
                    assertThat(choice.logit()).isCloseTo(number(expected, "logits", choice), CLOSE);
                    assertThat(choice.score()).isCloseTo(number(expected, "scores", choice), CLOSE);
                }
                assertThat(result.best()).isEqualTo(result.choices().get(0));
                assertThat(result.tokens())
                        .isEqualTo(list(expected.required("inputs")).stream()
                                .mapToInt(input -> input.required("ids").size())
                                .sum());
                assertThat(result.truncated()).isFalse();
            }
        }
    }

    private static float number(JsonNode expected, String name, Choice choice) {
        return (float) expected.required(name).get(choice.index()).asDouble();
    }

    @Test
    void saysWhenAPairIsCut() {
        try (DebertaMultipleChoice model = builder().maxTokens(12).build()) {
            assertThat(model.choose("Rye", List.of("bread", "bread ".repeat(30)))
                            .truncated())
                    .isTrue();
        }
    }

    @Test
    void refusesNoChoiceAndNull() {
        try (DebertaMultipleChoice model = builder().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.choose("prompt", List.of()))
                    .withMessageContaining("at least one");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.choose("prompt", Arrays.asList("a", null)))
                    .withMessageContaining("choice at index 1 is null");
        }
    }
}
