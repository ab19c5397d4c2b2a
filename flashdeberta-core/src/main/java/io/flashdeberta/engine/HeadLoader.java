package io.flashdeberta.engine;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.Head;
import io.flashdeberta.model.ModelWeights;
import io.flashdeberta.tokenizer.SpecialTokens;

/** Loads a task's head from a checkpoint, and refuses checkpoints that the task cannot use. */
@FunctionalInterface
public interface HeadLoader {

    Head load(
            DebertaConfig config,
            SpecialTokens specialTokens,
            ModelWeights weights,
            Backend backend);
}
