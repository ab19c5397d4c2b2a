package io.flashdeberta.autoconfigure;

import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.ModelStatus;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Up while the model is open. */
final class ModelHealthIndicator extends AbstractHealthIndicator {

    private final DebertaTask<?> task;

    ModelHealthIndicator(DebertaTask<?> task) {
        this.task = task;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        ModelStatus status = task.status();
        builder.withDetail("model", status.model())
                .withDetail("device", status.device())
                .withDetail("workers", status.workers())
                .withDetail("maxTokens", status.maxTokens())
                .withDetail("waitingTokens", status.waitingTokens())
                .withDetail("nativeBytes", status.nativeBytes());
        if (status.open()) {
            builder.up();
        } else {
            builder.down().withDetail("reason", "The model is closed.");
        }
    }
}
