package io.flashdeberta.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerLoadingTest {

    private static final String TOKENIZER = """
            {"version": "1.0", "truncation": %s, "padding": %s,
             "added_tokens": [{"id": 6, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false,
                               "normalized": false, "special": true}],
             "normalizer": null, "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
             "post_processor": null, "decoder": null,
             "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": false,
                       "vocab": [["[PAD]", 0], ["[CLS]", 0], ["[SEP]", 0], ["[UNK]", 0], ["▁a", -1.5], ["b", -2.0]]}}""";

    private static final String PLAIN = TOKENIZER.formatted("null", "null");

    @TempDir
    Path folder;

    @Test
    void ignoresTruncationAndPaddingOfTheFile() throws IOException {
        String truncation =
                "{\"direction\": \"Right\", \"max_length\": 2, \"strategy\": \"LongestFirst\", \"stride\": 0}";
        String padding =
                "{\"strategy\": {\"Fixed\": 9}, \"direction\": \"Right\", \"pad_to_multiple_of\": null, \"pad_id\": 0,"
                        + " \"pad_type_id\": 0, \"pad_token\": \"[PAD]\"}";
        write("tokenizer.json", TOKENIZER.formatted(truncation, padding));

        try (DebertaTokenizer tokenizer = load()) {
            assertThat(Texts.ids(tokenizer.tokenize("a a ab a [MASK]")))
                    .containsExactly(4, 4, 4, 5, 4, 3, 6);
            assertThat(Texts.ids(tokenizer.tokenize("a"))).containsExactly(4);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                       | 2147483647
            {"model_max_length": null}                               | 2147483647
            {"model_max_length": 512}                                | 512
            {"model_max_length": 512.0}                              | 512
            {"model_max_length": 1000000000000000019884624838656}    | 2147483647
            {"model_max_length": 1e30}                               | 2147483647
            """)
    void readsTheMaximumLength(String config, int expected) throws IOException {
        write("tokenizer.json", PLAIN);
        write("tokenizer_config.json", config);
        try (DebertaTokenizer tokenizer = load()) {
            assertThat(tokenizer.modelMaxLength()).isEqualTo(expected);
        }
    }

    @Test
    void findsSpecialTokensByDefaultNamesAndByGivenOnes() throws IOException {
        write("tokenizer.json", PLAIN);
        try (DebertaTokenizer tokenizer = load()) {
            assertThat(tokenizer.specialTokens().cls()).isEqualTo(1);
            assertThat(tokenizer.specialTokens().mask()).hasValue(6);
            assertThat(tokenizer.vocabularySize()).isEqualTo(7);
        }
        write("tokenizer_config.json", """
                {"cls_token": "[SEP]", "sep_token": {"content": "b", "lstrip": false}, "pad_token": null,
                 "mask_token": "▁a"}""");
        try (DebertaTokenizer tokenizer = load()) {
            assertThat(tokenizer.specialTokens().cls()).isEqualTo(2);
            assertThat(tokenizer.specialTokens().sep()).isEqualTo(5);
            assertThat(tokenizer.specialTokens().pad()).isZero();
            assertThat(tokenizer.specialTokens().mask()).hasValue(4);
        }
    }

    @Test
    void doesWithoutAMask() throws IOException {
        write("tokenizer.json", PLAIN.replace("[MASK]", "[OTHER]"));
        try (DebertaTokenizer tokenizer = load()) {
            assertThat(tokenizer.specialTokens().mask()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"model_max_length": 0}              | model_max_length 0
            {"model_max_length": "512"}          | model_max_length "512"
            {"cls_token": "<s>"}                 | lacks its cls_token '<s>'
            {"mask_token": "<mask>"}             | lacks its mask_token '<mask>'
            {"sep_token": 2}                     | has the sep_token 2
            {"sep_token": {"content": 2}}        | has the sep_token {"content":2}
            {"sep_token":                        | not valid JSON
            """)
    void refusesSettingsThatDoNotFit(String config, String message) throws IOException {
        write("tokenizer.json", PLAIN);
        write("tokenizer_config.json", config);
        assertRefused(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "type": "Unigram"       | "type": "Bigram"          | is not a tokenizer
            "type": "Metaspace"     | "type": "Hyperspace"      | is not a tokenizer
            "unk_id": 3             | "unk_id": 30              | is not a tokenizer
            "unk_id": 3             | "unk_id": -1              | is not a tokenizer
            -1.5                    | "x"                       | is not a tokenizer
            "▁a", -1.5              | 7, -1.5                   | entry 4 of model.vocab has no token
            "vocab"                 | "vocabulary"              | has no model.vocab
            "id": 6                 | "id": -6                  | has the id -6
            "id": 6                 | "id": 2000000000          | has the id 2000000000
            "model"                 | "truncation"              | not valid JSON: Duplicate
            [UNK]                   | [unk]                     | lacks its unk_token
            "normalizer": null      | "normalizer": {"type": "Precompiled"}    | precompiled_charsmap is not
            "normalizer": null      | "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": "BAAAAAAA"}]} | precompiled_charsmap is not
            "post_processor": null  | "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}], "pair": [], "special_tokens": {}} | has a second one
            """)
    void refusesACorruptTokenizer(String good, String bad, String message) throws IOException {
        assertThat(PLAIN).contains(good);
        write("tokenizer.json", PLAIN.replace(good, bad));
        assertRefused(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "1",
                "{\"model\": {}}",
                "version https://git-lfs.github.com/spec/v1"
            })
    void refusesWhatIsNoTokenizer(String json) throws IOException {
        write("tokenizer.json", json);
        assertRefused("tokenizer.json");
    }

    @Test
    void saysWhatToDoWithoutATokenizer() throws IOException {
        write("config.json", "{}");
        assertRefused("has no tokenizer.json. Add the file");
        write("spm.model", "");
        assertRefused("only spm.model, which is not readable yet");
    }

    @Test
    void saysWhenATextCannotBeEncoded() throws IOException {
        write("tokenizer.json", PLAIN.replace("\"unk_id\": 3", "\"unk_id\": null"));
        try (DebertaTokenizer tokenizer = load()) {
            assertThatThrownBy(() -> tokenizer.tokenize("x"))
                    .isInstanceOf(FlashDebertaException.class)
                    .hasMessageContaining("unk_id");
        }
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(folder.resolve(file), content);
    }

    private DebertaTokenizer load() {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return DebertaTokenizer.load(checkpoint);
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::load)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }
}
