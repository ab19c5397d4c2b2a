package io.flashdeberta.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Packs sequences of similar length into batches. */
final class Batches {

    private Batches() {}

    /**
     * Batches of sequence numbers, longest first, each of at most {@code budget} tokens or of one sequence.
     *
     * @param lengths tokens of each sequence
     */
    static List<List<Integer>> pack(int[] lengths, int budget) {
        List<Integer> longestFirst = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> -lengths[i]))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> batch = new ArrayList<>();
        long tokens = 0;
        for (int sequence : longestFirst) {
            if (!batch.isEmpty() && tokens + lengths[sequence] > budget) {
                batches.add(batch);
                batch = new ArrayList<>();
                tokens = 0;
            }
            batch.add(sequence);
            tokens += lengths[sequence];
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
