package io.flashdeberta.checkpoint;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON that may be hostile: bounded in depth, no duplicate names, nothing after the end. */
final class Json {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_STRING = 20_000_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /** The value in {@code json}; {@code place} names its origin in the exception for malformed text. */
    static JsonNode parse(String place, byte[] json) {
        JsonNode node;
        try {
            node = MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new CheckpointException(
                    place + " is not valid JSON: " + e.getOriginalMessage() + position(e)
                            + ". The file may be damaged or cut short; fetch it again.",
                    e);
        }
        if (node.isMissingNode()) {
            throw new CheckpointException(
                    place + " is empty; expected JSON. Fetch the file again.");
        }
        return node;
    }

    private static String position(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
