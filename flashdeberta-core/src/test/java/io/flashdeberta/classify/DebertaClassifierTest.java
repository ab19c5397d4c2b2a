package io.flashdeberta.classify;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DebertaClassifierTest {

    private static DebertaClassifier.Builder builder(String checkpoint) {
        return DebertaClassifier.builder()
                .model(checkpoint(checkpoint))
                .device("cpu")
                .threads(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequence-classification", "multi-label", "regression"})
    void scoresLikeTransformers(String checkpoint) {
        try (DebertaClassifier classifier = builder(checkpoint).build()) {
            for (JsonNode expected : cases(checkpoint, "classify")) {
                String text = text(expected, "text");
                ClassificationResult result = expected.has("pair")
                        ? classifier.classify(text, text(expected, "pair"))
                        : classifier.classify(text);
                assertThat(result.tokens()).isEqualTo(expected.required("ids").size());
                assertThat(result.truncated()).isFalse();
                List<JsonNode> labels = list(expected.required("labels"));
                assertThat(result.labels()).hasSameSizeAs(labels);
                for (int i = 0; i < labels.size(); i++) {
                    LabelScore label = result.labels().get(i);
                    assertThat(label.label()).isEqualTo(text(labels.get(i), "label"));
                    assertThat(label.score()).isCloseTo(number(labels.get(i), "score"), CLOSE);
                    assertThat(label.logit()).isCloseTo(number(labels.get(i), "logit"), CLOSE);
                }
                assertThat(result.best()).isEqualTo(result.labels().get(0));
            }
        }
    }

    @Test
    void scoresDoNotDependOnTheBatch() {
        List<String> texts = List.of("Lisbon", "", "Rye bread keeps for a week. ".repeat(20), "🎉");
        try (DebertaClassifier classifier = builder("sequence-classification").build()) {
            List<ClassificationResult> results = classifier.classify(texts);
            for (int i = 0; i < texts.size(); i++) {
                LabelScore alone = classifier.classify(texts.get(i)).best();
                assertThat(results.get(i).best().label()).isEqualTo(alone.label());
                assertThat(results.get(i).best().logit()).isCloseTo(alone.logit(), SAME);
            }
        }
    }

    @Test
    void saysWhenATextIsCut() {
        try (DebertaClassifier classifier =
                builder("sequence-classification").maxTokens(16).build()) {
            ClassificationResult cut =
                    classifier.classify("Rye bread keeps for a week. ".repeat(20));
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens()).isEqualTo(16);
            assertThat(classifier.classify("Lisbon", "Rye bread ".repeat(20)).truncated())
                    .isTrue();
            assertThat(classifier.classify("Lisbon").truncated()).isFalse();
        }
    }

    @Test
    void refusesALongTextOnDemand() {
        try (DebertaClassifier classifier = builder("sequence-classification")
                .maxTokens(16)
                .truncation(Truncation.ERROR)
                .build()) {
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> classifier.classify("Rye bread ".repeat(20)))
                    .withMessageContaining("room for 16");
            assertThat(classifier.classify("Lisbon").truncated()).isFalse();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DebertaClassifier.builder().truncation(Truncation.WINDOW))
                .withMessageContaining("ERROR or TRUNCATE");
    }

    @Test
    void knowsItsLabels() {
        try (DebertaClassifier classifier = builder("multi-label").build()) {
            assertThat(classifier.labels()).containsExactly("news", "sport", "travel", "food");
        }
    }

    @Test
    void refusesNull() {
        try (DebertaClassifier classifier = builder("regression").build()) {
            assertThat(classifier.classify(List.of())).isEmpty();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> classifier.classify(Arrays.asList(null, "a")))
                    .withMessageContaining("text at index 0 is null");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> classifier.classify("a", null))
                    .withMessageContaining("pair is null");
        }
    }
}
