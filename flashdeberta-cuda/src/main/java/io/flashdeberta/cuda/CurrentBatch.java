package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The numbers of the batch that a session computes: in a fixed place, where recorded passes read them, unless it is large. */
final class CurrentBatch implements AutoCloseable {

    private static final long SMALL_BYTES = smallBytes();

    private final Transfers transfers;
    private final Tensors tensors;
    private final Supplier<@Nullable WorkShares> division;
    private final DeviceMemory memory;
    private final DeviceMemory.Block fixed;
    private DeviceMemory.@Nullable Block shares;
    private @Nullable WorkUnits units;
    private Arena.@Nullable Span large;
    private @Nullable BatchData current;

    /** @param division how attention divides its work, if it does */
    CurrentBatch(
            DeviceMemory memory,
            Transfers transfers,
            Tensors tensors,
            Supplier<@Nullable WorkShares> division) {
        this.memory = memory;
        this.transfers = transfers;
        this.tensors = tensors;
        this.division = division;
        fixed = memory.allocate(SMALL_BYTES);
    }

    private static long smallBytes() {
        int most = RecordedPasses.MOST_TOKENS;
        int items = Rounding.items(most);
        BatchLayout layout = new BatchLayout(Rounding.rows(most), items, items, items, 1);
        return (long) Integer.BYTES * layout.size(most);
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
        WorkShares work = division.get();
        BatchLayout layout =
                BatchLayout.of(batch, work == null ? Integer.MAX_VALUE : work.shortestFar());
        int numbers = layout.size(batch.sequences());
        long address = fixed.address();
        if (batch.totalTokens() > RecordedPasses.MOST_TOKENS) {
            large = tensors.arena().allocate((long) Integer.BYTES * numbers);
            address = large.address();
        }
        transfers.upload(target -> layout.fill(batch, target), numbers, address);
        current = work == null
                ? new BatchData(batch, layout, address, 0, 0, 0)
                : divided(work, batch, layout, address);
        return current;
    }

    /** Copies the shares of a batch too, unless its units have as many tiles as the last one's. */
    private BatchData divided(
            WorkShares work, PackedBatch batch, BatchLayout layout, long address) {
        if (shares == null) {
            shares = allocateShares(work);
        }
        long near = shares.address();
        WorkUnits next = work.units(batch, layout);
        if (!next.equals(units)) {
            units = null;
            transfers.upload(work.of(next), near);
            units = next;
        }
        long far = near + (long) Integer.BYTES * work.farSharesAt(layout);
        return new BatchData(batch, layout, address, near, far, flags(work, near));
    }

    /** Room for shares, and behind them for flags, which are 0 between passes. */
    private DeviceMemory.Block allocateShares(WorkShares work) {
        int[] flags = new int[work.mostFlags()];
        DeviceMemory.Block block =
                memory.allocate(Integer.BYTES * ((long) work.mostNumbers() + flags.length));
        try {
            transfers.upload(flags, flags(work, block.address()));
            return block;
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
    }

    private static long flags(WorkShares work, long shares) {
        return shares + (long) Integer.BYTES * work.mostNumbers();
    }

    @Override
    public void close() {
        if (shares != null) {
            shares.close();
        }
        fixed.close();
    }
}
