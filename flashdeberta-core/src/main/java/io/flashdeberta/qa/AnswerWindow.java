package io.flashdeberta.qa;

import io.flashdeberta.engine.FittedInput.Piece;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Probabilities;
import io.flashdeberta.tokenizer.TokenizedText;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** One window of the context with the probabilities that an answer starts or ends at its tokens. */
final class AnswerWindow {

    private static final int START = 0;
    private static final int END = 1;

    private final TokenizedText context;
    private final float[] starts;
    private final float[] ends;

    private AnswerWindow(TokenizedText context, float[] starts, float[] ends) {
        this.context = context;
        this.starts = starts;
        this.ends = ends;
    }

    static AnswerWindow of(Piece piece, Output output) {
        return new AnswerWindow(
                piece.text(),
                probabilities(piece, output, START),
                probabilities(piece, output, END));
    }

    /** A softmax over [CLS], which stands for no answer, and the tokens of the context. */
    private static float[] probabilities(Piece piece, Output output, int column) {
        float[] logits = new float[1 + piece.text().size()];
        logits[0] = output.get(0, column);
        for (int i = 1; i < logits.length; i++) {
            logits[i] = output.get(piece.textPosition() + i - 1, column);
        }
        return Probabilities.softmax(logits);
    }

    /** The probability that this window has no answer. */
    float noAnswer() {
        return starts[0] * ends[0];
    }

    /** The best spans, in no order. */
    List<Answer> best(int topK, int maxTokens) {
        PriorityQueue<Answer> best = new PriorityQueue<>(Comparator.comparingDouble(Answer::score));
        for (int from = 0; from < context.size(); from++) {
            int limit = (int) Math.min(context.size(), (long) from + maxTokens);
            for (int to = from; to < limit; to++) {
                offer(from, to, topK, best);
            }
        }
        return new ArrayList<>(best);
    }

    private void offer(int from, int to, int topK, PriorityQueue<Answer> best) {
        float score = starts[1 + from] * ends[1 + to];
        int start = context.start(from);
        int end = context.end(to);
        Answer worst = best.size() < topK ? null : best.peek();
        if (start < end && (worst == null || score > worst.score())) {
            best.add(new Answer(context.text().substring(start, end), start, end, score));
            if (best.size() > topK) {
                best.remove();
            }
        }
    }
}
