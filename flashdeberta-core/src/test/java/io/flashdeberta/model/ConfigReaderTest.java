package io.flashdeberta.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ConfigReaderTest {

    private static DebertaConfig read(String settings) {
        return ConfigReader.read(
                new JsonMapper().readTree("{\"model_type\": \"deberta-v2\"" + settings + "}"));
    }

    @Test
    void absentSettingsAreThoseOfTransformers() {
        DebertaConfig config = read("");
        assertThat(config.hiddenSize()).isEqualTo(1536);
        assertThat(config.headSize()).isEqualTo(64);
        assertThat(config.relativeAttention()).isFalse();
        assertThat(config.absolutePositions()).isTrue();
        assertThat(config.activation()).isEqualTo(Activation.GELU);
        assertThat(config.maxRelativePositions()).isEqualTo(512);
        assertThat(config.labels()).containsExactly("LABEL_0", "LABEL_1");
    }

    @Test
    void positionTermsAreAListOrOneText() {
        assertThat(read(", \"pos_att_type\": \"p2c|c2p\""))
                .isEqualTo(read(", \"pos_att_type\": [\"c2p\", \"p2c\"]"));
        assertThat(read(", \"pos_att_type\": \"p2c\"").contentToPosition()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"hidden_size\": 0;hidden_size",
                "\"hidden_size\": 1e30;hidden_size",
                "\"num_attention_heads\": 7;multiple of num_attention_heads",
                "\"hidden_act\": \"wavy\";wavy",
                "\"pos_att_type\": [\"p2p\"];p2p",
                "\"relative_attention\": true, \"position_buckets\": 2;position_buckets 2",
                "\"max_relative_positions\": 2000000000;max_relative_positions",
                "\"num_labels\": 2000000000;num_labels",
                "\"num_labels\": -1;num_labels",
                "\"id2label\": {\"1\": \"A\"};id2label",
                "\"conv_kernel_size\": 4;odd",
                "\"layer_norm_eps\": \"small\";layer_norm_eps"
            })
    void refusesWhatItCannotMean(String setting, String named) {
        assertThatThrownBy(() -> read(", " + setting))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(named);
    }

    @Test
    void namesOtherModels() {
        assertThatThrownBy(() -> ConfigReader.read(
                        new JsonMapper().readTree("{\"model_type\": \"deberta\"}")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("DeBERTa v1");
        assertThatThrownBy(() ->
                        ConfigReader.read(new JsonMapper().readTree("{\"model_type\": \"bert\"}")))
                .hasMessageContaining("\"bert\"");
    }
}
