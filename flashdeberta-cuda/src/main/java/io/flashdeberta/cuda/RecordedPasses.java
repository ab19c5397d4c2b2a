package io.flashdeberta.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recorded passes of a session by who passes and the layout of the batch; the last {@link #KEPT} are kept. A pass is
 * recorded when its key comes a second time: the first time loads kernels and chooses algorithms, which a recording could not,
 * and most keys of a one-off batch never come again.
 */
final class RecordedPasses implements AutoCloseable {

    /** Longer batches keep the GPU busy for longer than it takes to start their kernels. */
    static final int MOST_TOKENS = 16_384;

    static final int KEPT = 32;

    /** What else runs in the process can break off a recording. */
    private static final int TRIES = 3;

    /** @param owner whose pass it is; compared by identity */
    record Key(Object owner, BatchLayout layout) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.owner == owner && key.layout.equals(layout);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(owner) + layout.hashCode();
        }
    }

    private static final class Recording {
        private @Nullable RecordedPass pass;
        private int failures;
    }

    private final Map<Key, Recording> recordings = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Recording> eldest) {
            if (size() <= KEPT) {
                return false;
            }
            RecordedPass pass = eldest.getValue().pass;
            if (pass != null) {
                pass.close();
            }
            return true;
        }
    };

    /** What to do with a pass. */
    enum Advice {
        RUN,
        RECORD,
        REPLAY
    }

    /** Asked once for every pass. */
    Advice advice(Key key) {
        Recording recording = recordings.get(key);
        if (recording == null) {
            recordings.put(key, new Recording());
            return Advice.RUN;
        }
        if (recording.pass != null) {
            return Advice.REPLAY;
        }
        return recording.failures < TRIES ? Advice.RECORD : Advice.RUN;
    }

    /** The recording that {@link Advice#REPLAY} speaks of. */
    RecordedPass get(Key key) {
        Recording recording = recordings.get(key);
        if (recording == null || recording.pass == null) {
            throw new IllegalStateException("There is no recording of " + key + ".");
        }
        return recording.pass;
    }

    void keep(Key key, RecordedPass pass) {
        Recording recording = new Recording();
        recording.pass = pass;
        recordings.put(key, recording);
    }

    /** Notes that a recording failed, and returns whether it is not tried again. */
    boolean failed(Key key) {
        Recording recording = recordings.computeIfAbsent(key, k -> new Recording());
        recording.failures++;
        return recording.failures == TRIES;
    }

    int size() {
        return (int) recordings.values().stream()
                .filter(recording -> recording.pass != null)
                .count();
    }

    @Override
    public void close() {
        for (Recording recording : recordings.values()) {
            if (recording.pass != null) {
                recording.pass.close();
            }
        }
        recordings.clear();
    }
}
