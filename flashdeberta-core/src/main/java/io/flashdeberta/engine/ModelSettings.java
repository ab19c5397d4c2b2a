package io.flashdeberta.engine;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.checkpoint.Checkpoint;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which model to open and how to run it.
 *
 * @param model opens the checkpoint
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:1}
 * @param attention how attention is computed
 * @param maxTokens limit of one sequence, special tokens included; null for the checkpoint's own
 * @param serving how calls share it
 */
public record ModelSettings(
        Supplier<Checkpoint> model,
        String device,
        AttentionKind attention,
        @Nullable Integer maxTokens,
        ServingSettings serving) {

    /** {@code [CLS] a [SEP] b [SEP]}. */
    private static final int SHORTEST_PAIR = 5;

    public ModelSettings {
        if (maxTokens != null) {
            Arguments.requireAtLeast(SHORTEST_PAIR, maxTokens, "maxTokens");
        }
    }
}
