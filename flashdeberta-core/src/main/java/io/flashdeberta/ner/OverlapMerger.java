package io.flashdeberta.ner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Joins what overlapping windows found. */
final class OverlapMerger {

    private OverlapMerger() {}

    /** The spans by where they start; of two that overlap the longer stays, of equally long ones the more certain. */
    static List<LabeledSpan> merge(List<LabeledSpan> spans) {
        List<LabeledSpan> merged = new ArrayList<>();
        for (LabeledSpan span : spans.stream()
                .sorted(Comparator.comparingInt(LabeledSpan::start))
                .toList()) {
            LabeledSpan last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last == null || span.start() >= last.end()) {
                merged.add(span);
            } else if (isBetter(span, last)) {
                merged.set(merged.size() - 1, span);
            }
        }
        return merged;
    }

    private static boolean isBetter(LabeledSpan span, LabeledSpan last) {
        int longer = span.length() - last.length();
        return longer > 0 || (longer == 0 && span.score() > last.score());
    }
}
