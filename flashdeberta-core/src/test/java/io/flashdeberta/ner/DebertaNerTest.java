package io.flashdeberta.ner;

import static io.flashdeberta.engine.Expected.CLOSE;
import static io.flashdeberta.engine.Expected.SAME;
import static io.flashdeberta.engine.Expected.cases;
import static io.flashdeberta.engine.Expected.checkpoint;
import static io.flashdeberta.engine.Expected.list;
import static io.flashdeberta.engine.Expected.number;
import static io.flashdeberta.engine.Expected.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flashdeberta.engine.InputTooLongException;
import io.flashdeberta.engine.Truncation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class DebertaNerTest {

    private static final String TEXT =
            "Zoë Martin 🚢 told Café Lumière about José Nuñez (São Paulo).";

    private static DebertaNer.Builder builder() {
        return DebertaNer.builder()
                .model(checkpoint("token-classification"))
                .device("cpu")
                .threads(2);
    }

    static Stream<JsonNode> texts() {
        return cases("token-classification", "entities").stream();
    }

    static Stream<JsonNode> windows() {
        return cases("token-classification", "windows").stream();
    }

    private static NerOptions options(JsonNode expected) {
        return NerOptions.defaults()
                .withAggregation(Aggregation.valueOf(
                        text(expected, "aggregation").toUpperCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void findsWhatTransformersFinds(JsonNode expected) {
        try (DebertaNer ner = builder().build()) {
            NerResult result = ner.extract(text(expected, "text"), options(expected));
            assertEntities(result, expected);
        }
    }

    @ParameterizedTest
    @MethodSource("windows")
    void mergesWindowsLikeTransformers(JsonNode expected) {
        try (DebertaNer ner =
                builder().maxTokens(expected.required("maxLength").asInt()).build()) {
            NerResult result = ner.extractInWindows(
                    text(expected, "text"), expected.required("stride").asInt(), options(expected));
            assertEntities(result, expected);
        }
    }

    private static void assertEntities(NerResult result, JsonNode expected) {
        String text = text(expected, "text");
        List<JsonNode> entities = list(expected.required("entities")).stream()
                .filter(entity -> !text(entity, "text").isEmpty())
                .toList();
        assertThat(result.entities()).hasSameSizeAs(entities);
        for (int i = 0; i < entities.size(); i++) {
            Entity found = result.entities().get(i);
            JsonNode entity = entities.get(i);
            assertThat(found.label())
                    .as("%s for %s", found, entity)
                    .isEqualTo(text(entity, "label"));
            assertThat(found.text()).isEqualTo(text(entity, "text"));
            assertThat(found.start()).isEqualTo(entity.required("start").asInt());
            assertThat(found.end()).isEqualTo(entity.required("end").asInt());
            assertThat(found.score()).isCloseTo(number(entity, "score"), CLOSE);
            assertThat(found.text()).isEqualTo(text.substring(found.start(), found.end()));
        }
    }

    @Test
    void entitiesDoNotDependOnTheBatch() {
        List<String> texts = List.of(TEXT, "", "Lisbon", TEXT.repeat(9), " \n ");
        try (DebertaNer ner = builder().batchTokens(700).build()) {
            List<NerResult> results = ner.extract(texts);
            for (int i = 0; i < texts.size(); i++) {
                NerResult alone = ner.extract(texts.get(i));
                assertThat(results.get(i).tokens()).isEqualTo(alone.tokens());
                assertThat(results.get(i).entities())
                        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("score")
                        .isEqualTo(alone.entities());
                for (int e = 0; e < alone.entities().size(); e++) {
                    assertThat(results.get(i).entities().get(e).score())
                            .isCloseTo(alone.entities().get(e).score(), SAME);
                }
            }
        }
    }

    @Test
    void readsALongTextInWindows() {
        String text = TEXT.repeat(20);
        try (DebertaNer ner = builder().maxTokens(64).build()) {
            NerResult windows = ner.extract(text);
            assertThat(windows.truncated()).isFalse();
            assertThat(windows.entities())
                    .isSortedAccordingTo((a, b) -> Integer.compare(a.start(), b.start()));
            assertThat(windows.entities().get(windows.entities().size() - 1).end())
                    .isGreaterThan(text.length() - 20);

            NerResult cut =
                    ner.extract(text, NerOptions.defaults().withTruncation(Truncation.TRUNCATE));
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens()).isEqualTo(64);

            NerOptions error = NerOptions.defaults().withTruncation(Truncation.ERROR);
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> ner.extract(List.of("", text), error))
                    .withMessageContaining("The text at index 1");
        }
    }

    @Test
    void keepsTheWantedLabelsAndScores() {
        try (DebertaNer ner = builder().build()) {
            List<Entity> all = ner.extract(TEXT).entities();
            String label = all.get(0).label();
            assertThat(ner.extract(TEXT, NerOptions.defaults().withLabels(Set.of(label)))
                            .entities())
                    .isEqualTo(all.stream()
                            .filter(entity -> entity.label().equals(label))
                            .toList())
                    .isNotEmpty();
            assertThat(ner.extract(TEXT, NerOptions.defaults().withThreshold(0.5))
                            .entities())
                    .isEqualTo(all.stream()
                            .filter(entity -> entity.score() >= 0.5f)
                            .toList())
                    .isNotEmpty()
                    .hasSizeLessThan(all.size());
            assertThat(ner.extract(
                                    TEXT,
                                    NerOptions.defaults()
                                            .withAggregation(Aggregation.NONE)
                                            .withLabels(Set.of(label)))
                            .entities())
                    .isNotEmpty()
                    .allMatch(entity -> entity.label().endsWith("-" + label));
        }
    }

    @Test
    void knowsItsLabels() {
        try (DebertaNer ner = builder().build()) {
            assertThat(ner.labels()).containsExactly("PER", "LOC", "ORG");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            ner.extract(TEXT, NerOptions.defaults().withLabels(Set.of("person"))))
                    .withMessage("Unknown label \"person\"; the model has [PER, LOC, ORG].");
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNullAndSenselessOptions() {
        try (DebertaNer ner = builder().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ner.extract(Arrays.asList("a", "b", null)))
                    .withMessageContaining("text at index 2 is null");
            assertThatIllegalArgumentException().isThrownBy(() -> ner.extract((String) null));
            assertThat(ner.extract(List.of())).isEmpty();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NerOptions.defaults().withThreshold(1.5))
                .withMessageContaining("threshold is 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NerOptions.defaults().withThreshold(Double.NaN));
    }
}
