package io.flashdeberta.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Divides the key tiles of attention's units among blocks, so that all need about the same time: in whole units, or in parts of
 * them as in Stream-K (Osama et al., 2023, arXiv:2301.03598).
 */
final class Division {

    /**
     * The division into whole units, or into parts of them if it then takes less than so many hundredths of the time.
     *
     * @param tiles of each unit
     * @param blocks among which the units are divided
     * @param hundredths of the time that whole units take
     */
    static Shares best(int[] tiles, int blocks, Times times, int hundredths) {
        Shares whole = new Division(tiles, blocks, times, false).shares();
        if (IntStream.of(tiles).noneMatch(number -> number > 1)) {
            return whole;
        }
        Shares parts = new Division(tiles, blocks, times, true).shares();
        return 100 * parts.time() < hundredths * whole.time() ? parts : whole;
    }

    /**
     * What takes how long, in any unit.
     *
     * @param unit to begin and end a unit
     * @param tile a tile
     * @param part to leave a part of a unit to another share, or to add one
     */
    record Times(int unit, int tile, int part) {}

    /**
     * A division.
     *
     * @param ofBlocks the share of each block
     * @param slots parts that are left to others
     * @param time of the block that takes longest
     */
    record Shares(List<Share> ofBlocks, int slots, long time) {}

    /** A place between two tiles: the unit and the tiles before it there. */
    private record Cut(int unit, int tile) {}

    private final int[] tiles;
    private final int blocks;
    private final Times times;
    private final boolean splits;

    /** Time and tiles of all units before one. */
    private final long[] timeBefore;

    private final int[] tilesBefore;

    private int slots;
    private int handedOver;

    /** @param splits whether units may be divided */
    Division(int[] tiles, int blocks, Times times, boolean splits) {
        this.tiles = tiles;
        this.blocks = blocks;
        this.times = times;
        this.splits = splits;
        timeBefore = new long[tiles.length + 1];
        tilesBefore = new int[tiles.length + 1];
        for (int i = 0; i < tiles.length; i++) {
            timeBefore[i + 1] = timeBefore[i] + time(tiles[i]);
            tilesBefore[i + 1] = tilesBefore[i] + tiles[i];
        }
    }

    private long time(int tiles) {
        return tiles == 0 ? 0 : times.unit() + (long) times.tile() * tiles;
    }

    Shares shares() {
        List<Share> shares = new ArrayList<>(blocks);
        long total = timeBefore[tiles.length];
        long longest = 0;
        Cut from = cut(0);
        for (int block = 1; block <= blocks; block++) {
            Cut to = cut(total * block / blocks);
            Share share = share(from, to);
            shares.add(share);
            longest = Math.max(longest, time(share, from, to));
            from = to;
        }
        return new Shares(shares, slots, longest);
    }

    private Share share(Cut from, Cut to) {
        int number = tilesBefore[to.unit()] + to.tile() - tilesBefore[from.unit()] - from.tile();
        boolean ends = number > 0 && to.unit() > from.unit();
        int unit = to.tile() > 0 ? to.unit() : Math.max(0, to.unit() - 1);
        int end = to.tile() > 0 ? to.tile() : tiles[unit];
        Share share = new Share(number, unit, end, slots, ends ? handedOver : 0);
        if (ends) {
            handedOver = 0;
        }
        if (number > 0 && to.tile() > 0) {
            slots++;
            handedOver++;
        }
        return share;
    }

    private long time(Share share, Cut from, Cut to) {
        if (share.tiles() == 0) {
            return 0;
        }
        int again = from.tile() > 0 ? times.unit() : 0;
        int parts = share.parts() + (to.tile() > 0 ? 1 : 0);
        return time(to) - time(from) + again + (long) times.part() * parts;
    }

    private long time(Cut cut) {
        return timeBefore[cut.unit()] + time(cut.tile());
    }

    /** The place nearest to a time. */
    private Cut cut(long time) {
        int unit = lastBefore(time);
        long rest = time - timeBefore[unit];
        int all = tiles[unit];
        long tile = splits
                ? Math.max(0, (rest - times.unit() + times.tile() / 2) / times.tile())
                : 2 * rest > time(all) ? all : 0;
        return tile > 0 && tile >= all ? new Cut(unit + 1, 0) : new Cut(unit, (int) tile);
    }

    /** The last unit that begins at a time or before. */
    private int lastBefore(long time) {
        int low = 0;
        int high = tiles.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (timeBefore[middle] <= time) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
