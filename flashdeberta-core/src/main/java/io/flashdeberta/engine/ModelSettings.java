package io.flashdeberta.engine;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.Checkpoint;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which model to open and how to run it.
 *
 * @param model opens the checkpoint
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:1}
 * @param attention how attention is computed
 * @param precision what is computed with
 * @param maxTokens limit of one sequence, special tokens included; null for the checkpoint's own
 * @param memoryLimit bytes of GPU memory that the model may use, or 0 for all there is
 * @param serving how calls share it
 */
public record ModelSettings(
        Supplier<Checkpoint> model,
        String device,
        AttentionKind attention,
        Precision precision,
        @Nullable Integer maxTokens,
        long memoryLimit,
        ServingSettings serving) {

    /** {@code [CLS] a [SEP] b [SEP]}. */
    private static final int SHORTEST_PAIR = 5;

    public ModelSettings {
        if (maxTokens != null) {
            Arguments.requireAtLeast(SHORTEST_PAIR, maxTokens, "maxTokens");
        }
        if (memoryLimit < 0) {
            throw new IllegalArgumentException(
                    "memoryLimit is " + memoryLimit + "; expected at least 0.");
        }
    }

    /** What the backend is opened with. */
    BackendOptions backendOptions(int threads) {
        return new BackendOptions(0, attention, precision, threads, memoryLimit);
    }
}
