package io.flashdeberta.qa;

import java.util.List;
import java.util.Optional;

/**
 * The answers to a question.
 *
 * @param answers different parts of the context, which can overlap, the best first
 * @param tokens tokens the model read, question, special tokens and the overlap of windows included
 * @param truncated whether the end of the context was not read
 */
public record QaResult(List<Answer> answers, int tokens, boolean truncated) {

    public QaResult {
        answers = List.copyOf(answers);
    }

    /** The best answer; empty only when the context has no word. */
    public Optional<Answer> best() {
        return answers.stream().findFirst();
    }
}
