package io.flashdeberta.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {

    private static final int DATA = 8;

    @Test
    void readsTensorsInTheOrderOfTheirData() {
        Map<String, TensorInfo> tensors = parse("""
                {"__metadata__":{"format":"pt"},
                 "b":{"dtype":"I16","shape":[],"data_offsets":[6,8]},
                 "a":{"dtype":"U8","shape":[3,2],"data_offsets":[0,6]},
                 "none":{"dtype":"F32","shape":[4,0],"data_offsets":[6,6]}} \s""");

        assertThat(tensors.keySet()).containsExactly("a", "none", "b");
        assertThat(tensors.get("a").shape()).containsExactly(3, 2);
        assertThat(tensors.get("a").elements()).isEqualTo(6);
        assertThat(tensors.get("b").shape()).isEmpty();
        assertThat(tensors.get("b").begin()).isEqualTo(6);
        assertThat(tensors.get("none").elements()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                                                  | does not start with '{'
            ` {}`                                                               | does not start with '{'
            {"a":                                                               | not valid JSON
            {} {}                                                               | not valid JSON
            {}                                                                  | end at byte 0 of the data, expected 8
            {"a":1}                                                             | entry of tensor 'a' is NUMBER
            {"a":null}                                                          | entry of tensor 'a' is NULL
            {"__metadata__":{"n":1},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}  | other than strings
            {"__metadata__":[],"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}       | other than strings
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}} | not valid JSON: Duplicate
            {"a":{"dtype":"F64","shape":[1],"shape":[1],"data_offsets":[0,8]}}  | not valid JSON: Duplicate
            {"a":{"shape":[1],"data_offsets":[0,8]}}                            | unknown dtype
            {"a":{"dtype":"F128","shape":[1],"data_offsets":[0,8]}}             | unknown dtype "F128"
            {"a":{"dtype":"f64","shape":[1],"data_offsets":[0,8]}}              | unknown dtype "f64"
            {"a":{"dtype":"F64","data_offsets":[0,8]}}                          | shape of tensor 'a'
            {"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}             | shape of tensor 'a' is [-1]
            {"a":{"dtype":"F64","shape":[1.0],"data_offsets":[0,8]}}            | shape of tensor 'a' is [1.0]
            {"a":{"dtype":"F64","shape":["1"],"data_offsets":[0,8]}}            | shape of tensor 'a' is ["1"]
            {"a":{"dtype":"F64","shape":[18446744073709551617],"data_offsets":[0,8]}}     | shape of tensor 'a'
            {"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}    | more than 2^63-1 bytes
            {"a":{"dtype":"F64","shape":[1]}}                                   | data_offsets of tensor 'a'
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[0]}}                | within the 8 bytes
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8,8]}}            | within the 8 bytes
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}              | within the 8 bytes
            {"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}             | within the 8 bytes
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[-8,0]}}             | data_offsets of tensor 'a' is [-8,0]
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}              | has 8 bytes, expected 4
            {"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}               | begins at 4, expected 0
            {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}               | end at byte 4 of the data, expected 8
            {"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}} | 'b' begins at 4, expected 8
            {"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}} | 'b' begins at 4, expected 3
            """)
    void refusesWhatUpstreamRefuses(String header, String message) {
        assertThatThrownBy(() -> parse(header))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("the.file")
                .hasMessageContaining(message);
    }

    @Test
    void refusesAnEmptyHeaderAndDeepNesting() {
        assertThatThrownBy(() -> parse("")).isInstanceOf(CheckpointException.class);
        assertThatThrownBy(() -> parse("{\"a\":" + "[".repeat(100_000)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("depth");
    }

    private static Map<String, TensorInfo> parse(String header) {
        return SafetensorsHeader.parse("the.file", header.getBytes(StandardCharsets.UTF_8), DATA);
    }
}
