package io.flashdeberta.mlm;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Picks the highest of many values. */
final class TopTokens {

    private TopTokens() {}

    /**
     * Indices of the {@code count} highest of the first {@code size} values, the highest first; of equal ones the lower index.
     */
    static List<Integer> of(float[] values, int size, int count) {
        Comparator<Integer> worstFirst = Comparator.<Integer>comparingDouble(i -> values[i])
                .thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(worstFirst);
        for (int i = 0; i < Math.min(size, values.length); i++) {
            if (best.size() < count) {
                best.add(i);
            } else if (values[i] > values[best.element()]) {
                best.remove();
                best.add(i);
            }
        }
        return best.stream().sorted(worstFirst.reversed()).toList();
    }
}
