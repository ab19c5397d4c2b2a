package io.flashdeberta.cuda;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which of cuBLASLt's algorithms is the fastest for a shape, measured once for all sessions of a model, so that these give the same
 * numbers. Thread-safe.
 */
final class AlgorithmChoices {

    private final Map<MatrixProduct.Shape, Integer> chosen = new ConcurrentHashMap<>();

    /** The choice made before, or null. */
    @Nullable
    Integer known(MatrixProduct.Shape shape) {
        return chosen.get(shape);
    }

    /** The choice made before, or the one that is made now. */
    int choose(MatrixProduct.Shape shape, IntSupplier measurement) {
        return chosen.computeIfAbsent(shape, s -> measurement.getAsInt());
    }
}
