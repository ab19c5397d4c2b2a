package io.flashdeberta.model;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;

import java.util.Arrays;

/**
 * {@code classifier(activation(pooler(h[CLS])))}: one row for each sequence. Sequence classification with one column for each
 * label, and multiple choice with one column in all.
 */
public final class SequenceHead implements Head {

    private final Linear pooler;
    private final Activation activation;
    private final Linear classifier;

    private SequenceHead(Linear pooler, Activation activation, Linear classifier) {
        this.pooler = pooler;
        this.activation = activation;
        this.classifier = classifier;
    }

    /** Loads {@code pooler.dense.*} and {@code classifier.*}. */
    public static SequenceHead load(
            DebertaConfig config, int outputs, ModelWeights weights, Backend backend) {
        int hidden = config.hiddenSize();
        return new SequenceHead(
                DebertaModel.loadLinear(weights.in("pooler"), "dense", hidden, hidden, backend),
                config.poolerActivation(),
                DebertaModel.loadLinear(weights, "classifier", outputs, hidden, backend));
    }

    @Override
    public int rows(int[] ids) {
        return 1;
    }

    @Override
    public int columns() {
        return classifier.outputs();
    }

    @Override
    public Tensor apply(Session session, Tensor hidden, PackedBatch batch) {
        int[] first = Arrays.copyOf(batch.offsets(), batch.sequences());
        try (Tensor rows = session.gatherRows(hidden, first);
                Tensor pooled = session.linear(rows, pooler, activation)) {
            return DebertaModel.dense(session, pooled, classifier);
        }
    }
}
