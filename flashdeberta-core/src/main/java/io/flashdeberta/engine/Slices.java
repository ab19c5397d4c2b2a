package io.flashdeberta.engine;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A call's texts in parts that are tokenized and queued one after the other: first the shortest ones, with which a device can soon begin,
 * then from the longest one on, so that what takes long, or does not fit, does not come last. Each part is of about equally long texts.
 */
final class Slices {

    private static final int MOST_TEXTS = 1024;

    private final List<String> texts;
    private final int besides;
    private final List<Integer> shortFirst;
    private int from;
    private int to;

    /** @param besides characters that go with each text */
    Slices(List<String> texts, int besides) {
        this.texts = texts;
        this.besides = besides;
        shortFirst = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(place -> texts.get(place).length()))
                .toList();
        to = texts.size();
    }

    boolean isEmpty() {
        return from == to;
    }

    /** Whether none was taken yet. */
    boolean isUntouched() {
        return from == 0 && to == texts.size();
    }

    /**
     * Takes the next texts: as many as reach so many characters, at least one.
     *
     * @return their places
     */
    List<Integer> next(long characters) {
        boolean first = isUntouched();
        int last = Math.min(to - from, MOST_TEXTS);
        int count = 0;
        for (long length = 0; count < last && (count == 0 || length < characters); count++) {
            int place = shortFirst.get(first ? count : to - 1 - count);
            length += texts.get(place).length() + besides;
        }
        if (first) {
            from = count;
            return shortFirst.subList(0, count);
        }
        to -= count;
        return shortFirst.subList(to, to + count);
    }
}
