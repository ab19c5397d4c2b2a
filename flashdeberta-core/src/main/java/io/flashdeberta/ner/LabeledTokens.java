package io.flashdeberta.ner;

import io.flashdeberta.tokenizer.TokenizedText;

import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of a window with the probabilities of their tags.
 *
 * @param probabilities {@code [tokens][tags]}
 */
record LabeledTokens(
        TokenizedText tokens, List<float[]> probabilities, List<Tag> tags, int unknownId) {

    /** Each token under its most probable tag. */
    List<TaggedSpan> asTokens() {
        List<TaggedSpan> spans = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            spans.add(span(i, i + 1, probabilities.get(i)));
        }
        return spans;
    }

    /** Each word under the one tag that the strategy gives it. */
    List<TaggedSpan> asWords(Aggregation aggregation) {
        List<TaggedSpan> spans = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= tokens.size(); i++) {
            if (i == tokens.size() || startsWord(i)) {
                List<float[]> word = probabilities.subList(from, i);
                spans.add(span(from, i, combine(word, aggregation)));
                from = i;
            }
        }
        return spans;
    }

    /** Whether there is a space before the token, or it is unknown; to transformers line breaks do not part words. */
    private boolean startsWord(int token) {
        String text = tokens.text();
        int start = start(token);
        return start == 0
                || tokens.id(token) == unknownId
                || text.substring(start - 1, Math.min(start + 1, text.length())).contains(" ");
    }

    /** Where the token starts with the white space before it, which is a part of it to the tokenizer. */
    private int start(int token) {
        int least = token == 0 ? 0 : tokens.end(token - 1);
        int start = tokens.start(token);
        while (start > least && LabeledSpan.isSpace(tokens.text().charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private TaggedSpan span(int from, int to, float[] scores) {
        int best = argmax(scores);
        return new TaggedSpan(tags.get(best), scores[best], start(from), tokens.end(to - 1));
    }

    private static float[] combine(List<float[]> word, Aggregation aggregation) {
        return switch (aggregation) {
            case FIRST -> word.get(0);
            case AVERAGE -> mean(word);
            case MAX -> mostCertain(word);
            case NONE, SIMPLE ->
                throw new IllegalArgumentException(aggregation + " does not know words.");
        };
    }

    private static float[] mean(List<float[]> rows) {
        float[] mean = new float[rows.get(0).length];
        for (int tag = 0; tag < mean.length; tag++) {
            double sum = 0;
            for (float[] row : rows) {
                sum += row[tag];
            }
            mean[tag] = (float) (sum / rows.size());
        }
        return mean;
    }

    private static float[] mostCertain(List<float[]> rows) {
        float[] best = rows.get(0);
        for (float[] row : rows) {
            if (row[argmax(row)] > best[argmax(best)]) {
                best = row;
            }
        }
        return best;
    }

    private static int argmax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
