package io.flashdeberta.ner;

/**
 * A label of a token: an optional "B-" or "I-", and a type.
 *
 * @param label as the checkpoint writes it
 */
record Tag(String label) {

    /** What an entity of this tag is: what follows the first hyphen. */
    String entityLabel() {
        return label.substring(label.indexOf('-') + 1);
    }

    boolean outside() {
        return entityLabel().equals("O");
    }

    /** Whether a token of this tag belongs to the entity of the token before it; without a prefix it counts as "I-". */
    boolean continues(Tag before) {
        return !label.startsWith("B-") && type().equals(before.type());
    }

    private String type() {
        return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
    }
}
