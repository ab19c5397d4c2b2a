package io.flashdeberta.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flashdeberta.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class CheckpointActivationTest {

    private static ScoreActivation read(String config) {
        return CheckpointActivation.read(new JsonMapper().readTree(config.replace('\'', '"')));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {} | SIGMOID
                    {'sbert_ce_default_activation_function': null} | SIGMOID
                    {'sbert_ce_default_activation_function': 'torch.nn.modules.linear.Identity'} | NONE
                    {'sbert_ce_default_activation_function': 'torch.nn.modules.activation.Sigmoid'} | SIGMOID
                    {'sentence_transformers': {'activation_fn': 'torch.nn.modules.linear.Identity'}} | NONE
                    {'sentence_transformers': {'version': '5.0.0'}} | SIGMOID
                    """)
    void readsWhatSentenceTransformersWrote(String config, ScoreActivation expected) {
        assertThat(read(config)).isEqualTo(expected);
    }

    @Test
    void theNewerSettingCounts() {
        assertThat(
                        read(
                                "{'sentence_transformers': {'activation_fn': 'torch.nn.modules.activation.Sigmoid'},"
                                        + " 'sbert_ce_default_activation_function': 'torch.nn.modules.linear.Identity'}"))
                .isEqualTo(ScoreActivation.SIGMOID);
    }

    @Test
    void refusesOthers() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(
                        () -> read(
                                "{'sbert_ce_default_activation_function': 'torch.nn.modules.activation.Tanh'}"))
                .withMessageContaining("Tanh")
                .withMessageContaining("scoreActivation");
    }
}
