package io.flashdeberta.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The names nearest to a missing one: most dot-separated parts in common at the end, then at the beginning. */
final class NearNames {

    private static final int COUNT = 3;

    private NearNames() {}

    static List<String> of(String name, Collection<String> names) {
        return names.stream()
                .sorted(Comparator.comparingInt((String other) -> -common(name, other))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(COUNT)
                .toList();
    }

    private static int common(String name, String other) {
        String[] a = name.split("\\.");
        String[] b = other.split("\\.");
        int most = Math.min(a.length, b.length);
        int last = 0;
        while (last < most && a[a.length - 1 - last].equals(b[b.length - 1 - last])) {
            last++;
        }
        int first = 0;
        while (first < most && a[first].equals(b[first])) {
            first++;
        }
        return 2 * last + first;
    }
}
