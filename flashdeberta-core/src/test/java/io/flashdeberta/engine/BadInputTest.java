package io.flashdeberta.engine;

import static io.flashdeberta.engine.Expected.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flashdeberta.classify.DebertaClassifier;
import io.flashdeberta.embed.DebertaEmbedder;
import io.flashdeberta.mlm.DebertaFillMask;
import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.ner.NerOptions;
import io.flashdeberta.qa.DebertaQuestionAnswerer;
import io.flashdeberta.qa.QaOptions;
import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankOptions;
import io.flashdeberta.rerank.RerankResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every input has a defined answer. */
@Timeout(120)
class BadInputTest {

    private static final String HUGE = "The bridge over the river. ".repeat(10_000_000 / 27);

    private static DebertaReranker reranker;
    private static DebertaNer ner;
    private static DebertaClassifier classifier;
    private static DebertaEmbedder embedder;
    private static DebertaQuestionAnswerer answerer;
    private static DebertaFillMask fillMask;

    @BeforeAll
    static void open() {
        reranker = DebertaReranker.builder()
                .model(checkpoint("reranker"))
                .device("cpu")
                .build();
        ner = DebertaNer.builder()
                .model(checkpoint("token-classification"))
                .device("cpu")
                .build();
        classifier = DebertaClassifier.builder()
                .model(checkpoint("sequence-classification"))
                .device("cpu")
                .build();
        embedder =
                DebertaEmbedder.builder().model(checkpoint("v3")).device("cpu").build();
        answerer = DebertaQuestionAnswerer.builder()
                .model(checkpoint("question-answering"))
                .device("cpu")
                .build();
        fillMask = DebertaFillMask.builder()
                .model(checkpoint("masked-lm"))
                .device("cpu")
                .build();
    }

    @AfterAll
    static void close() {
        Stream.of(reranker, ner, classifier, embedder, answerer, fillMask)
                .forEach(DebertaTask::close);
    }

    static Stream<String> strangeTexts() {
        return Stream.of(
                "",
                " ",
                "\n\t \u00a0\u3000\u200b",
                "\ud83d",
                "\udc00\ud83d text \ude42",
                "\ud83d".repeat(1000),
                "\u0000\u0001\u001b[31m\u007f\u0085",
                "\u202eright to left\u202c",
                "\ufffe\uffff",
                "a\u0301".repeat(500),
                "[CLS][SEP][PAD][MASK][UNK]",
                "x".repeat(5000));
    }

    @ParameterizedTest
    @MethodSource("strangeTexts")
    void strangeTextsAreAnswered(String text) {
        List<RerankResult> ranking = reranker.rerank(text, List.of(text, "The bridge.", text));
        assertThat(ranking).hasSize(3).allMatch(result -> Float.isFinite(result.logit()));
        assertThat(ner.extract(text).entities())
                .allMatch(entity -> entity.start() >= 0 && entity.end() <= text.length());
        assertThat(classifier.classify(text).labels()).isNotEmpty();
        assertThat(embedder.embed(text).tokens()).isGreaterThanOrEqualTo(2);
        assertThat(embedder.hiddenStates(text).tokens()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(answerer.answer("Who?", text).tokens()).isGreaterThanOrEqualTo(3);
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsRefusedByName() {
        List<String> texts = Arrays.asList("a", null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reranker.rerank(null, List.of()))
                .withMessageContaining("The query is null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reranker.rerankAsync("a", null))
                .withMessageContaining("The list of documents is null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reranker.rerankAsync("a", texts))
                .withMessageContaining("The document at index 1 is null");
        assertThatIllegalArgumentException().isThrownBy(() -> ner.extractAsync((String) null));
        assertThatIllegalArgumentException().isThrownBy(() -> ner.extractAsync(texts));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.classifyAsync((String) null));
        assertThatIllegalArgumentException().isThrownBy(() -> classifier.classifyAsync("a", null));
        assertThatIllegalArgumentException().isThrownBy(() -> embedder.embedAsync(texts));
        assertThatIllegalArgumentException().isThrownBy(() -> embedder.hiddenStatesAsync(null));
        assertThatIllegalArgumentException().isThrownBy(() -> answerer.answerAsync("a", null));
        assertThatIllegalArgumentException().isThrownBy(() -> fillMask.fillAsync(null));
    }

    @Test
    void nothingIsAnsweredWithNothing() {
        assertThat(reranker.rerank("a", List.of())).isEmpty();
        assertThat(ner.extract(List.of())).isEmpty();
        assertThat(classifier.classify(List.of())).isEmpty();
        assertThat(embedder.embed(List.of())).isEmpty();
    }

    @Test
    void aHugeTextThatIsCutIsReadNoFurther() {
        for (RerankResult result : reranker.rerank(HUGE, Collections.nCopies(50, HUGE))) {
            assertThat(result.truncated()).isTrue();
            assertThat(result.tokens()).isEqualTo(512);
        }
        assertThat(classifier.classify(HUGE).truncated()).isTrue();
        assertThat(embedder.embed("x".repeat(10_000_000)).truncated()).isTrue();
        QaOptions cut = QaOptions.defaults().withTruncation(Truncation.TRUNCATE);
        assertThat(answerer.answer("Who?", HUGE, cut).truncated()).isTrue();
        NerOptions cutNer = NerOptions.defaults().withTruncation(Truncation.TRUNCATE);
        assertThat(ner.extract(HUGE, cutNer).truncated()).isTrue();
    }

    @Test
    void aHugeTextThatIsToBeReadIsRefused() {
        RerankOptions error = RerankOptions.defaults().withTruncation(Truncation.ERROR);
        String limit = "expected at most 1000000";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ner.extract(HUGE))
                .withMessageContaining(limit);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> answerer.answer("Who?", HUGE))
                .withMessageContaining(limit);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reranker.rerank("a", List.of(HUGE), error))
                .withMessageContaining(limit);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fillMask.fill(HUGE))
                .withMessageContaining(limit);
    }

    @Test
    void aHundredThousandDocumentsAreRanked() {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            documents.add(i % 3 == 0 ? "" : "The bridge.");
        }
        List<RerankResult> ranking = reranker.rerank("bridge", documents, RerankOptions.topN(10));
        assertThat(ranking).hasSize(10);
        assertThat(reranker.status().waitingTokens()).isZero();
    }
}
