package io.flashdeberta.engine;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.model.Head;
import io.flashdeberta.tokenizer.HandMadeTokens;
import io.flashdeberta.tokenizer.ModelInput;
import io.flashdeberta.tokenizer.SpecialTokens;

import java.util.Arrays;
import java.util.OptionalInt;

/** Requests without a model. */
final class Requests {

    /** One value for each sequence. */
    static final Head HEAD = new OneValue();

    private static final SpecialTokens SPECIAL = new SpecialTokens(1, 2, 0, 3, OptionalInt.empty());

    private Requests() {}

    /** A head that nothing is computed with. */
    static final class OneValue implements Head {
        @Override
        public int rows(int[] ids) {
            return 1;
        }

        @Override
        public int columns() {
            return 1;
        }

        @Override
        public Tensor apply(Session session, Tensor hidden, PackedBatch batch) {
            throw new AssertionError("No batch of these requests is computed.");
        }
    }

    /** Sequences of these lengths, each at least 2. */
    static Request of(int... lengths) {
        return of(HEAD, lengths);
    }

    static Request of(Head head, int... lengths) {
        return new Request(
                Arrays.stream(lengths)
                        .mapToObj(length ->
                                ModelInput.single(HandMadeTokens.ofSize(length - 2), SPECIAL))
                        .toList(),
                head);
    }

    /** What a device that works gives: the length of each sequence. */
    static float[] lengths(PackedBatch batch) {
        float[] values = new float[batch.sequences()];
        for (int s = 0; s < values.length; s++) {
            values[s] = batch.length(s);
        }
        return values;
    }
}
