package io.flashdeberta.qa;

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
import io.flashdeberta.engine.Truncation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class DebertaQuestionAnswererTest {

    private static final String QUESTION = "Where did Anna move?";
    private static final String CONTEXT =
            "Anna Keller 🚢 moved to Lisbon in March 2019 to work for Acme Tools. ";

    private static DebertaQuestionAnswerer.Builder builder() {
        return DebertaQuestionAnswerer.builder()
                .model(checkpoint("question-answering"))
                .device("cpu")
                .threads(2);
    }

    static Stream<JsonNode> questions() {
        return cases("question-answering", "questions").stream();
    }

    @ParameterizedTest
    @MethodSource("questions")
    void answersLikeTransformers(JsonNode expected) {
        QaOptions options = QaOptions.defaults()
                .withTopK(expected.required("top").asInt())
                .withMaxAnswerTokens(expected.required("maxAnswerTokens").asInt())
                .withStride(expected.required("stride").asInt());
        String context = text(expected, "context");
        try (DebertaQuestionAnswerer model =
                builder().maxTokens(expected.required("maxLength").asInt()).build()) {
            QaResult result = model.answer(text(expected, "question"), context, options);

            assertThat(result.tokens())
                    .isEqualTo(list(expected.required("windows")).stream()
                            .mapToInt(window -> window.required("ids").size())
                            .sum());
            List<JsonNode> answers = distinct(list(expected.required("answers")));
            assertThat(result.answers()).hasSizeGreaterThanOrEqualTo(answers.size());
            for (int i = 0; i < answers.size(); i++) {
                Answer answer = result.answers().get(i);
                assertThat(answer.text())
                        .isEqualTo(text(answers.get(i), "text"))
                        .isEqualTo(context.substring(answer.start(), answer.end()));
                assertThat(answer.start())
                        .isEqualTo(answers.get(i).required("start").asInt());
                assertThat(answer.score()).isCloseTo(number(answers.get(i), "score"), CLOSE);
            }
            if (expected.has("noAnswerScore")) {
                QaOptions all = options.withHandleImpossible(true).withTopK(100_000);
                assertThat(model.answer(text(expected, "question"), context, all)
                                .answers())
                        .filteredOn(Answer::isEmpty)
                        .singleElement()
                        .satisfies(none -> assertThat(none.score())
                                .isCloseTo(number(expected, "noAnswerScore"), CLOSE));
            }
        }
    }

    /** Expected answers once for each span, without those of white space alone. */
    private static List<JsonNode> distinct(List<JsonNode> answers) {
        Set<List<Integer>> seen = new HashSet<>();
        List<JsonNode> distinct = new ArrayList<>();
        for (JsonNode answer : answers) {
            int start = answer.required("start").asInt();
            int end = answer.required("end").asInt();
            if (start < end && seen.add(List.of(start, end))) {
                distinct.add(answer);
            }
        }
        return distinct;
    }

    @Test
    void findsAnswersBehindTheLimit() {
        String context = CONTEXT.repeat(8);
        try (DebertaQuestionAnswerer model = builder().maxTokens(48).build()) {
            QaOptions options = QaOptions.defaults().withTopK(50);
            QaResult windows = model.answer(QUESTION, context, options);
            assertThat(windows.truncated()).isFalse();
            assertThat(windows.answers()).anyMatch(answer -> answer.start() > context.length() / 2);
            assertThat(windows.answers()).doesNotHaveDuplicates();

            QaResult cut =
                    model.answer(QUESTION, context, options.withTruncation(Truncation.TRUNCATE));
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens()).isEqualTo(48);
            assertThat(cut.answers()).allMatch(answer -> answer.end() < 3 * CONTEXT.length());

            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> model.answer(
                            QUESTION, context, options.withTruncation(Truncation.ERROR)));
            assertThatExceptionOfType(InputTooLongException.class)
                    .isThrownBy(() -> model.answer(QUESTION.repeat(9), context));
        }
    }

    @Test
    void answersHaveAtMostTheirLength() {
        try (DebertaQuestionAnswerer model = builder().build()) {
            QaOptions options = QaOptions.defaults().withTopK(1000).withMaxAnswerTokens(1);
            assertThat(model.answer(QUESTION, CONTEXT, options).answers())
                    .isNotEmpty()
                    .allMatch(answer -> !answer.text().contains(" "));
        }
    }

    @Test
    void anEmptyContextHasNoAnswer() {
        try (DebertaQuestionAnswerer model = builder().build()) {
            assertThat(model.answer(QUESTION, "").best()).isEmpty();
            assertThat(model.answer(QUESTION, "", QaOptions.defaults().withHandleImpossible(true))
                            .best())
                    .hasValue(new Answer("", 0, 0, 1));
        }
    }

    @Test
    void refusesNullAndSenselessOptions() {
        try (DebertaQuestionAnswerer model = builder().build()) {
            assertThatIllegalArgumentException().isThrownBy(() -> model.answer(null, CONTEXT));
            assertThatIllegalArgumentException().isThrownBy(() -> model.answer(QUESTION, null));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QaOptions.defaults().withTopK(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QaOptions.defaults().withMaxAnswerTokens(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QaOptions.defaults().withStride(-1));
    }
}
