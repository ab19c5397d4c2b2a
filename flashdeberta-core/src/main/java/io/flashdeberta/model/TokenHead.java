package io.flashdeberta.model;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;

/** A linear layer on every token: token classification, and question answering with the columns start and end. */
public final class TokenHead implements Head {

    private final Linear linear;

    private TokenHead(Linear linear) {
        this.linear = linear;
    }

    /** Loads {@code classifier.*}, a column for each label. */
    public static TokenHead loadClassifier(
            DebertaConfig config, ModelWeights weights, Backend backend) {
        return new TokenHead(DebertaModel.loadLinear(
                weights, "classifier", config.labels().size(), config.hiddenSize(), backend));
    }

    /** Loads {@code qa_outputs.*}. */
    public static TokenHead loadQuestionAnswering(
            DebertaConfig config, ModelWeights weights, Backend backend) {
        return new TokenHead(
                DebertaModel.loadLinear(weights, "qa_outputs", 2, config.hiddenSize(), backend));
    }

    @Override
    public int rows(int[] ids) {
        return ids.length;
    }

    @Override
    public int columns() {
        return linear.outputs();
    }

    @Override
    public Tensor apply(Session session, Tensor hidden, PackedBatch batch) {
        return DebertaModel.dense(session, hidden, linear);
    }
}
