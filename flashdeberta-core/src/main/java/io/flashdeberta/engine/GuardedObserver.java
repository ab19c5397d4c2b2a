package io.flashdeberta.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another observer, whose failures do not reach what it observes: the first one is logged. */
final class GuardedObserver implements EngineObserver {

    private static final Logger log = LoggerFactory.getLogger(GuardedObserver.class);

    private final EngineObserver observer;
    private final AtomicBoolean failed = new AtomicBoolean();

    private GuardedObserver(EngineObserver observer) {
        this.observer = observer;
    }

    static EngineObserver of(EngineObserver observer) {
        return observer instanceof GuardedObserver ? observer : new GuardedObserver(observer);
    }

    private void tell(Consumer<EngineObserver> what) {
        try {
            what.accept(observer);
        } catch (RuntimeException e) {
            if (!failed.getAndSet(true)) {
                log.warn(
                        "The observer {} failed; what it throws from now on is ignored.",
                        observer.getClass().getName(),
                        e);
            }
        }
    }

    @Override
    public void tokenized(long nanos, int texts, int truncated) {
        tell(it -> it.tokenized(nanos, texts, truncated));
    }

    @Override
    public void waited(long nanos) {
        tell(it -> it.waited(nanos));
    }

    @Override
    public void ran(long nanos, int sequences, int tokens) {
        tell(it -> it.ran(nanos, sequences, tokens));
    }

    @Override
    public void failed(Throwable cause) {
        tell(it -> it.failed(cause));
    }
}
