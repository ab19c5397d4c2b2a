package io.flashdeberta.cuda;

import io.flashdeberta.backend.PackedBatch;

/**
 * A batch on the GPU.
 *
 * @param kinds of attention that it has shares for
 * @param address where its layout begins
 */
record BatchData(PackedBatch batch, BatchLayout layout, int kinds, long address) {

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

    long shares(int kind) {
        return at(layout.sharesAt(kind));
    }
}
