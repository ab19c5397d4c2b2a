package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.flashdeberta.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The same ids, offsets and words as Python's {@code tokenizers}, whose output tokenizer-cases.json holds. */
class TokenizerReferenceTest {

    @TestFactory
    Stream<DynamicTest> texts() {
        return cases("texts", (tokenizer, expected) -> {
            TokenizedText text = tokenizer.tokenize(expected.get("text").stringValue());

            assertThat(Texts.ids(text)).containsExactly(ints(expected.get("ids")));
            assertThat(IntStream.range(0, text.size())
                            .mapToObj(i -> List.of(text.start(i), text.end(i))))
                    .containsExactlyElementsOf(pairs(expected.get("offsets")));
            assertThat(IntStream.range(0, text.size()).map(text::word))
                    .containsExactly(boxed(expected.get("words")));
            assertThat(knownTokens(tokenizer, text, i -> tokenizer.token(text.id(i))))
                    .isEqualTo(knownTokens(
                            tokenizer, text, i -> expected.get("tokens").get(i).stringValue()));
            if (expected.has("decoded")) {
                assertThat(tokenizer.decode(Texts.ids(text)))
                        .isEqualTo(expected.get("decoded").stringValue());
            }
            assertThat(ModelInput.single(text, tokenizer.specialTokens()).ids())
                    .containsExactly(ints(expected.get("idsWithSpecialTokens")));
        });
    }

    @TestFactory
    Stream<DynamicTest> pairs() {
        return cases("pairs", (tokenizer, expected) -> {
            TokenizedText first = tokenizer.tokenize(expected.get("text").stringValue());
            TokenizedText second = tokenizer.tokenize(expected.get("pair").stringValue());
            ModelInput input = ModelInput.pair(first, second, tokenizer.specialTokens());

            assertThat(input.ids()).containsExactly(ints(expected.get("ids")));
            assertThat(input.typeIds()).containsExactly(ints(expected.get("typeIds")));
            assertThat(IntStream.range(0, input.length()).map(input::segment).toArray())
                    .containsExactly(ints(expected.get("segments")));
        });
    }

    private interface Check {
        void run(DebertaTokenizer tokenizer, JsonNode expected);
    }

    private static Stream<DynamicTest> cases(String kind, Check check) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String folder : List.of("tokenizer", "tokenizer-lower-case")) {
            try (Checkpoint checkpoint = Checkpoint.open("classpath:checkpoints/" + folder)) {
                DebertaTokenizer tokenizer = DebertaTokenizer.load(checkpoint);
                for (JsonNode expected : checkpoint.json("tokenizer-cases.json").get(kind)) {
                    String name =
                            expected.path("name").asString(expected.get("text").stringValue());
                    tests.add(dynamicTest(
                            folder + ": " + name, () -> check.run(tokenizer, expected)));
                }
                tests.add(dynamicTest(folder + ": close", tokenizer::close));
            }
        }
        return tests.stream();
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(n -> n.isNull() ? -1 : n.intValue())
                .toArray();
    }

    private static Integer[] boxed(JsonNode array) {
        return IntStream.of(ints(array)).boxed().toArray(Integer[]::new);
    }

    private static List<List<Integer>> pairs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(pair -> List.of(boxed(pair)))
                .toList();
    }

    private static List<String> knownTokens(
            DebertaTokenizer tokenizer, TokenizedText text, IntFunction<String> token) {
        return IntStream.range(0, text.size())
                .filter(i -> text.id(i) != tokenizer.specialTokens().unk())
                .mapToObj(token)
                .toList();
    }
}
