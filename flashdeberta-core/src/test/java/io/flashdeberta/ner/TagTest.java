package io.flashdeberta.ner;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagTest {

    @ParameterizedTest
    @CsvSource({"B-PER, PER", "I-PER, PER", "EMAIL, EMAIL", "I-A-B, A-B", "E-PER, PER", "O, O"})
    void anEntityIsWhatFollowsTheFirstHyphen(String label, String entity) {
        assertThat(new Tag(label).entityLabel()).isEqualTo(entity);
    }

    @ParameterizedTest
    @CsvSource({
        "I-PER, B-PER, true",
        "I-PER, I-PER, true",
        "B-PER, I-PER, false",
        "I-LOC, I-PER, false",
        "EMAIL, EMAIL, true",
        "PER, B-PER, true",
        "O, O, true",
        "I-PER, O, false",
    })
    void continuesTheSameTypeUnlessItBegins(String label, String before, boolean continues) {
        assertThat(new Tag(label).continues(new Tag(before))).isEqualTo(continues);
    }
}
