package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

/**
 * A batch on the GPU.
 *
 * @param address where its layout begins
 * @param nearShares where the shares of attention's near tiles are, if it divides its work
 * @param farShares where those of its far tiles are
 * @param flags of what one share leaves to another
 */
record BatchData(
        PackedBatch batch,
        BatchLayout layout,
        long address,
        long nearShares,
        long farShares,
        long flags) {

    private long at(int number) {
        return address + (long) number * Integer.BYTES;
    }

    long ids() {
        return at(layout.ids());
    }

    long typeIds() {
        return at(layout.typeIds());
    }

    long places() {
        return at(layout.places());
    }

    long offsets() {
        return at(layout.offsets());
    }

    /** Work items of 64 query rows: {@link BatchLayout#smallItems()} of them, of which {@link #smallCount()} count. */
    long smallItems() {
        return at(layout.smallItemsAt());
    }

    long smallCount() {
        return at(0);
    }

    /** Work items of 128 query rows: {@link BatchLayout#largeItems()} of them, of which {@link #largeCount()} count. */
    long largeItems() {
        return at(layout.largeItemsAt());
    }

    long largeCount() {
        return at(1);
    }

    /** Work items for far tiles: {@link BatchLayout#farItems()} of them, of which {@link #farCount()} count. */
    long farItems() {
        return at(layout.farItemsAt());
    }

    long farCount() {
        return at(2);
    }
}
