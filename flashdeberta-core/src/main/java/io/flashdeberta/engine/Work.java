package io.flashdeberta.engine;

import io.flashdeberta.tokenizer.ModelInput;

import java.util.Comparator;

/**
 * One sequence of a request.
 *
 * @param index its place in the request
 * @param turn when it is due, on the queue's clock of tokens
 * @param number tells works of the same turn apart
 */
record Work(Request request, int index, long turn, long number) {

    static final Comparator<Work> DUE_FIRST =
            Comparator.comparingLong(Work::turn).thenComparingLong(Work::number);

    ModelInput input() {
        return request.inputs().get(index);
    }

    int tokens() {
        return input().length();
    }
}
