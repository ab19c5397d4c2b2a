package io.flashdeberta.autoconfigure;

import io.flashdeberta.FlashDebertaException;

import org.jspecify.annotations.Nullable;

/** A property that cannot be used as it is set. */
final class InvalidSettingException extends FlashDebertaException {

    private static final long serialVersionUID = 1L;

    private final String property;
    private final String remedy;

    InvalidSettingException(
            String property,
            @Nullable Object value,
            String reason,
            String remedy,
            @Nullable Throwable cause) {
        super("The property '" + property + "' is " + describe(value) + ": " + reason, cause);
        this.property = property;
        this.remedy = remedy;
    }

    private static String describe(@Nullable Object value) {
        return value == null ? "not set" : "set to '" + value + "'";
    }

    String property() {
        return property;
    }

    String remedy() {
        return remedy;
    }
}
