package io.flashdeberta.autoconfigure;

import io.flashdeberta.engine.EngineObserver;

/** Who watches the models of the starter. */
@FunctionalInterface
interface Observers {

    /** @param bean the name of the model's bean */
    EngineObserver of(String bean);
}
