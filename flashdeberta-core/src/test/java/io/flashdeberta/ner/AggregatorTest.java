package io.flashdeberta.ner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.flashdeberta.tokenizer.HandMadeTokens;
import io.flashdeberta.tokenizer.TokenizedText;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AggregatorTest {

    private static final int NO_TOKEN = -1;
    private static final List<Tag> TAGS =
            Stream.of("O", "B-PER", "I-PER", "B-ORG", "I-ORG").map(Tag::new).toList();

    /** "Micro" leans to PER, "soft" to ORG and surely so. */
    private static final TokenizedText TEXT =
            HandMadeTokens.of("by Microsoft Corp", "by", "Micro", "soft", "Corp");

    private static final LabeledTokens WINDOW = window(
            TEXT,
            new float[] {0.9f, 0, 0.1f, 0, 0},
            new float[] {0, 0.5f, 0.1f, 0.4f, 0},
            new float[] {0, 0.1f, 0, 0.8f, 0.1f},
            new float[] {0.1f, 0, 0.1f, 0.1f, 0.7f});

    private static LabeledTokens window(TokenizedText text, float[]... probabilities) {
        return new LabeledTokens(text, List.of(probabilities), TAGS, NO_TOKEN);
    }

    private static List<Entity> entities(
            LabeledTokens window, Aggregation aggregation, String... labels) {
        return Aggregator.spans(window, aggregation, Set.of(labels)).stream()
                .flatMap(span -> span.entity(window.tokens().text()).stream())
                .toList();
    }

    @Test
    void noneGivesEachTokenUnderItsFullLabel() {
        assertThat(entities(WINDOW, Aggregation.NONE))
                .extracting(Entity::text, Entity::label, Entity::score)
                .containsExactly(
                        tuple("Micro", "B-PER", 0.5f),
                        tuple("soft", "B-ORG", 0.8f),
                        tuple("Corp", "I-ORG", 0.7f));
    }

    @Test
    void simpleJoinsTokens() {
        assertThat(entities(WINDOW, Aggregation.SIMPLE))
                .extracting(Entity::text, Entity::label, Entity::score)
                .containsExactly(tuple("Micro", "PER", 0.5f), tuple("soft Corp", "ORG", 0.75f));
    }

    @Test
    void firstGivesAWordTheTagOfItsFirstToken() {
        assertThat(entities(WINDOW, Aggregation.FIRST))
                .extracting(Entity::text, Entity::label, Entity::score)
                .containsExactly(tuple("Microsoft", "PER", 0.5f), tuple("Corp", "ORG", 0.7f));
    }

    @Test
    void averageGivesAWordTheTagOfTheHighestMean() {
        assertThat(entities(WINDOW, Aggregation.AVERAGE))
                .extracting(Entity::text, Entity::label, Entity::score)
                .containsExactly(tuple("Microsoft Corp", "ORG", 0.65f));
    }

    @Test
    void maxGivesAWordTheTagOfItsMostCertainToken() {
        assertThat(entities(WINDOW, Aggregation.MAX))
                .extracting(Entity::text, Entity::label, Entity::score)
                .containsExactly(tuple("Microsoft Corp", "ORG", 0.75f));
    }

    @Test
    void keepsTheWantedLabels() {
        assertThat(entities(WINDOW, Aggregation.SIMPLE, "ORG"))
                .extracting(Entity::label)
                .containsExactly("ORG");
        assertThat(entities(WINDOW, Aggregation.NONE, "PER"))
                .extracting(Entity::label)
                .containsExactly("B-PER");
    }

    @Test
    void aBeginningStartsAnotherEntity() {
        float[] begins = {0, 1, 0, 0, 0};
        assertThat(entities(
                        window(HandMadeTokens.of("Anna Karl", "Anna", "Karl"), begins, begins),
                        Aggregation.SIMPLE))
                .extracting(Entity::text)
                .containsExactly("Anna", "Karl");
    }

    @Test
    void anUnknownTokenIsAWordOfItsOwn() {
        float[] person = {0, 1, 0, 0, 0};
        float[] organization = {0, 0, 0, 1, 0};
        TokenizedText text = HandMadeTokens.of("ab龘", "ab", "龘");
        int unknown = HandMadeTokens.FIRST_ID + 1;
        LabeledTokens window =
                new LabeledTokens(text, List.of(person, organization), TAGS, unknown);
        assertThat(entities(window, Aggregation.FIRST))
                .extracting(Entity::text)
                .containsExactly("ab", "龘");
        assertThat(entities(window(text, person, organization), Aggregation.FIRST))
                .extracting(Entity::text)
                .containsExactly("ab龘");
    }

    @Test
    void spansHaveTheSpaceBeforeThemAndEntitiesDoNot() {
        List<LabeledSpan> spans =
                Aggregator.spans(WINDOW, Aggregation.SIMPLE, Set.of("ORG", "PER"));
        assertThat(spans).extracting(LabeledSpan::start).containsExactly(2, 8);
        assertThat(spans.get(0).entity(TEXT.text()))
                .hasValue(new Entity("Micro", "PER", 3, 8, 0.5f));
        assertThat(new LabeledSpan("PER", 1, 2, 3).entity(TEXT.text())).isEmpty();
    }
}
