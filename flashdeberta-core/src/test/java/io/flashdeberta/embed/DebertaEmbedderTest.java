package io.flashdeberta.embed;

import static io.flashdeberta.engine.Expected.SAME;
import static io.flashdeberta.engine.Expected.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flashdeberta.model.ReferenceCheckpoint;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DebertaEmbedderTest {

    private static final String TEXT = "Zoë 🚢 wrote";

    private static DebertaEmbedder.Builder builder() {
        return DebertaEmbedder.builder().model(checkpoint("v3")).device("cpu").threads(2);
    }

    @Test
    void anEmptyTextHasTheVectorsOfTransformers() {
        try (DebertaEmbedder embedder = builder().build();
                ReferenceCheckpoint reference = new ReferenceCheckpoint(checkpoint("v3"))) {
            ReferenceCheckpoint.Case empty = reference.cases().stream()
                    .filter(one -> one.name().equals("empty"))
                    .findFirst()
                    .orElseThrow();
            double[] expected = reference.expected(empty, "hidden");
            List<TokenEmbedding> tokens = embedder.hiddenStates("").tokens();
            assertThat(tokens).extracting(TokenEmbedding::token).containsExactly("[CLS]", "[SEP]");
            int dimensions = embedder.dimensions();
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) tokens.get(i / dimensions).vector()[i % dimensions])
                        .isCloseTo(expected[i], Offset.offset(1e-4));
            }
        }
    }

    @Test
    void everyTokenHasAVectorAndItsPlace() {
        try (DebertaEmbedder embedder = builder().build()) {
            HiddenStatesResult result = embedder.hiddenStates(TEXT);
            List<TokenEmbedding> tokens = result.tokens();
            assertThat(result.truncated()).isFalse();
            assertThat(tokens).first().extracting(TokenEmbedding::token).isEqualTo("[CLS]");
            assertThat(tokens).last().extracting(TokenEmbedding::token).isEqualTo("[SEP]");
            assertThat(tokens)
                    .allSatisfy(token -> assertThat(token.vector()).hasSize(embedder.dimensions()));
            StringBuilder covered = new StringBuilder();
            tokens.forEach(token -> covered.append(TEXT, token.start(), token.end()));
            assertThat(covered).hasToString(TEXT.replace(" ", ""));
        }
    }

    @Test
    void poolsTheHiddenStates() {
        try (DebertaEmbedder mean = builder().build();
                DebertaEmbedder first = builder().pooling(Pooling.FIRST).build()) {
            List<TokenEmbedding> tokens = mean.hiddenStates(TEXT).tokens();
            float[] average = new float[mean.dimensions()];
            for (int d = 0; d < average.length; d++) {
                int dimension = d;
                average[d] = (float) tokens.stream()
                        .mapToDouble(token -> token.vector()[dimension])
                        .average()
                        .orElseThrow();
            }
            assertThat(mean.embed(TEXT).vector()).containsExactly(average, SAME);
            assertThat(first.embed(TEXT).vector()).containsExactly(tokens.get(0).vector(), SAME);
            assertThat(mean.embed(TEXT).tokens()).isEqualTo(tokens.size());
        }
    }

    @Test
    void normalizesOnDemand() {
        try (DebertaEmbedder embedder = builder().normalize(true).build()) {
            double sum = 0;
            for (float value : embedder.embed(TEXT).vector()) {
                sum += value * value;
            }
            assertThat(sum).isCloseTo(1, Offset.offset(1e-5));
        }
    }

    @Test
    void vectorsDoNotDependOnTheBatch() {
        List<String> texts = List.of("Lisbon", "", "Rye bread keeps for a week. ".repeat(20), TEXT);
        try (DebertaEmbedder embedder = builder().build()) {
            List<Embedding> together = embedder.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(together.get(i).vector())
                        .containsExactly(embedder.embed(texts.get(i)).vector(), SAME);
            }
        }
    }

    @Test
    void saysWhenATextIsCut() {
        try (DebertaEmbedder embedder = builder().maxTokens(8).build()) {
            assertThat(embedder.embed("bread ".repeat(30)).truncated()).isTrue();
            assertThat(embedder.hiddenStates("bread ".repeat(30)).truncated()).isTrue();
            assertThat(embedder.embed(List.of())).isEmpty();
            assertThatIllegalArgumentException().isThrownBy(() -> embedder.embed((String) null));
        }
    }
}
