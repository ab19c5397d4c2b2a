package io.flashdeberta.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flashdeberta.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class LabelActivationTest {

    private static LabelActivation of(String problemType, int labels) {
        return LabelActivation.of(
                new JsonMapper().readTree("{\"problem_type\": " + problemType + "}"), labels);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
                    null, 1, SIGMOID
                    null, 3, SOFTMAX
                    "regression", 1, NONE
                    "regression", 3, NONE
                    "multi_label_classification", 3, SIGMOID
                    "single_label_classification", 1, SIGMOID
                    "single_label_classification", 3, SOFTMAX
                    """)
    void followsTheProblemType(String problemType, int labels, LabelActivation expected) {
        assertThat(of(problemType, labels)).isEqualTo(expected);
    }

    @Test
    void refusesOthers() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> of("\"ranking\"", 2))
                .withMessageContaining("problem_type = \"ranking\"");
    }
}
