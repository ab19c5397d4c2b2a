package io.flashdeberta.tokenizer;

/** Whether tokens know where in the text they are; finding out takes a third of the time. */
public enum Offsets {
    WITH,
    WITHOUT
}
