package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The numbers of the batch that a session computes: in a fixed place, where recorded passes read them, unless it is large. */
final class CurrentBatch implements AutoCloseable {

    private static final long SMALL_BYTES = smallBytes();

    private final Transfers transfers;
    private final Tensors tensors;
    private final Supplier<@Nullable WorkShares> work;
    private final DeviceMemory.Block fixed;
    private Arena.@Nullable Span large;
    private @Nullable BatchData current;

    /**
     * @param work how attention divides its work, if it does
     * @param blocks blocks that it is divided among at most
     */
    CurrentBatch(
            DeviceMemory memory,
            Transfers transfers,
            Tensors tensors,
            Supplier<@Nullable WorkShares> work,
            int blocks) {
        this.transfers = transfers;
        this.tensors = tensors;
        this.work = work;
        fixed = memory.allocate(SMALL_BYTES + 2 * (blocks + 1L) * Integer.BYTES);
    }

    private static long smallBytes() {
        int most = RecordedPasses.MOST_TOKENS;
        int items = Rounding.items(most);
        BatchLayout layout = new BatchLayout(Rounding.rows(most), items, items, items, 1);
        return (long) Integer.BYTES * layout.size(most);
    }

    private long shares() {
        return fixed.address() + SMALL_BYTES;
    }

    /** A batch's numbers on the GPU, copied there unless it is the last one. */
    BatchData of(PackedBatch batch) {
        if (current != null && current.batch().equals(batch)) {
            return current;
        }
        tensors.requireNotRecording();
        current = null;
        if (large != null) {
            large.close();
            large = null;
        }
        WorkShares division = work.get();
        BatchLayout layout = BatchLayout.of(
                batch, division == null ? Integer.MAX_VALUE : division.shortestFar());
        int numbers = layout.size(batch.sequences());
        long address = fixed.address();
        if (batch.totalTokens() > RecordedPasses.MOST_TOKENS) {
            large = tensors.arena().allocate((long) Integer.BYTES * numbers);
            address = large.address();
        }
        transfers.upload(target -> layout.fill(batch, target), numbers, address);
        long farShares = shares();
        if (division != null) {
            transfers.upload(division.of(batch, layout), shares());
            farShares += (division.nearBlocks(layout) + 1L) * Integer.BYTES;
        }
        current = new BatchData(batch, layout, address, shares(), farShares);
        return current;
    }

    @Override
    public void close() {
        fixed.close();
    }
}
