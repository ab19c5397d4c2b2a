package io.flashdeberta.autoconfigure;

import org.jspecify.annotations.Nullable;

/** Checks of properties; each throws {@link InvalidSettingException}. Names stand without the prefix. */
final class Settings {

    private Settings() {}

    static void require(
            boolean valid, String name, @Nullable Object value, String reason, String remedy) {
        if (!valid) {
            throw new InvalidSettingException(
                    FlashDebertaProperties.PREFIX + "." + name, value, reason, remedy, null);
        }
    }

    static void requireAtLeast(long least, String name, @Nullable Number value) {
        require(
                value == null || value.longValue() >= least,
                name,
                value,
                "it must be at least " + least + ".",
                "Write a number of at least " + least
                        + ", or remove the property for its default.");
    }

    static String requireText(String name, @Nullable String value, String remedy) {
        String text = value == null ? "" : value;
        require(!text.isBlank(), name, value, "it must not be blank.", remedy);
        return text;
    }
}
