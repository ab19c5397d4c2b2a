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
    private final DeviceMemory memory;
    private final DeviceMemory.Block fixed;
    private DeviceMemory.@Nullable Block shares;
    private @Nullable WorkUnits divided;
    private Arena.@Nullable Span large;
    private @Nullable BatchData current;

    /** @param work how attention divides its work, if it does */
    CurrentBatch(
            DeviceMemory memory,
            Transfers transfers,
            Tensors tensors,
            Supplier<@Nullable WorkShares> work) {
        this.memory = memory;
        this.transfers = transfers;
        this.tensors = tensors;
        this.work = work;
        fixed = memory.allocate(SMALL_BYTES);
    }

    private static long smallBytes() {
        int most = RecordedPasses.MOST_TOKENS;
        int items = Rounding.items(most);
        BatchLayout layout = new BatchLayout(Rounding.rows(most), items, items, items, 1);
        return (long) Integer.BYTES * layout.size(most);
    }

    /** Where shares lie, and flags behind them, which are 0 between passes. */
    private long shares(WorkShares division) {
        if (shares == null) {
            shares = allocateShares(division);
        }
        return shares.address();
    }

    private DeviceMemory.Block allocateShares(WorkShares division) {
        int[] flags = new int[division.mostFlags()];
        DeviceMemory.Block block =
                memory.allocate(Integer.BYTES * ((long) division.mostNumbers() + flags.length));
        try {
            transfers.upload(flags, flags(division, block.address()));
            return block;
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
    }

    private static long flags(WorkShares division, long shares) {
        return shares + (long) Integer.BYTES * division.mostNumbers();
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
        if (division == null) {
            current = new BatchData(batch, layout, address, 0, 0, 0);
        } else {
            long near = shares(division);
            WorkUnits units = division.units(batch, layout);
            if (!units.equals(divided)) {
                divided = null;
                transfers.upload(division.of(units), near);
                divided = units;
            }
            long far = near + (long) Integer.BYTES * division.farSharesAt(layout);
            current = new BatchData(batch, layout, address, near, far, flags(division, near));
        }
        return current;
    }

    @Override
    public void close() {
        if (shares != null) {
            shares.close();
        }
        fixed.close();
    }
}
