package io.flashdeberta.ner;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Joins labelled tokens as the token classification pipeline of transformers does. */
final class Aggregator {

    private Aggregator() {}

    /**
     * What a window has of the wanted labels.
     *
     * @param labels those wanted; empty for all
     */
    static List<LabeledSpan> spans(
            LabeledTokens window, Aggregation aggregation, Set<String> labels) {
        List<LabeledSpan> spans = new ArrayList<>();
        for (List<TaggedSpan> group : groups(window, aggregation)) {
            Tag tag = group.get(0).tag();
            if (!tag.outside() && (labels.isEmpty() || labels.contains(tag.entityLabel()))) {
                spans.add(span(
                        aggregation == Aggregation.NONE ? tag.label() : tag.entityLabel(), group));
            }
        }
        return spans;
    }

    private static List<List<TaggedSpan>> groups(LabeledTokens window, Aggregation aggregation) {
        return switch (aggregation) {
            case NONE -> window.asTokens().stream().map(List::of).toList();
            case SIMPLE -> join(window.asTokens());
            case FIRST, AVERAGE, MAX -> join(window.asWords(aggregation));
        };
    }

    private static List<List<TaggedSpan>> join(List<TaggedSpan> spans) {
        List<List<TaggedSpan>> groups = new ArrayList<>();
        TaggedSpan before = null;
        for (TaggedSpan span : spans) {
            if (before == null || !span.tag().continues(before.tag())) {
                groups.add(new ArrayList<>());
            }
            groups.get(groups.size() - 1).add(span);
            before = span;
        }
        return groups;
    }

    private static LabeledSpan span(String label, List<TaggedSpan> group) {
        double score = group.stream().mapToDouble(TaggedSpan::score).average().orElseThrow();
        return new LabeledSpan(
                label, score, group.get(0).start(), group.get(group.size() - 1).end());
    }
}
