package io.flashdeberta;

/** The small checkpoints of the core's tests: random weights. */
public final class TestModels {

    public static final String RERANKER = checkpoint("reranker");
    public static final String NER = checkpoint("token-classification");
    public static final String CLASSIFIER = checkpoint("sequence-classification");

    private TestModels() {}

    private static String checkpoint(String name) {
        return "../flashdeberta-core/src/test/resources/checkpoints/" + name;
    }
}
