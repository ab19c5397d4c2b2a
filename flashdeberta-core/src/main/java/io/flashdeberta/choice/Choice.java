package io.flashdeberta.choice;

/**
 * One of the choices and how much it fits the prompt.
 *
 * @param index its place in the list that was passed in, from 0
 * @param text the choice itself
 * @param score its probability among all choices of the call, from 0 to 1
 * @param logit the model's output, comparable within a call
 */
public record Choice(int index, String text, float score, float logit) {}
