package io.flashdeberta.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Divides the key tiles of attention's units among blocks, so that all need about the same time: in whole units, or in parts of
 * them as in Stream-K (Osama et al., 2023, arXiv:2301.03598). Units come in groups that are alike.
 */
final class Division {

    /** Tiles of a part at least: fewer are not worth its beginning. */
    private static final int LEAST_TILES = 2;

    /**
     * The division into whole units, or into parts of them if it then takes less than so many hundredths of the time.
     *
     * @param tiles of each unit of a group
     * @param blocks among which the units of all groups are divided
     * @param workers of a block, which work side by side and on one group at a time
     * @param hundredths of the time that whole units take
     */
    static Shares best(
            int[] tiles, int groups, int blocks, int workers, Times times, int hundredths) {
        Shares whole = new Division(tiles, groups, blocks, workers, times, false).shares();
        if (IntStream.of(tiles).noneMatch(number -> number >= 2 * LEAST_TILES)) {
            return whole;
        }
        Shares parts = new Division(tiles, groups, blocks, workers, times, true).shares();
        return 100 * parts.time() < hundredths * whole.time() ? parts : whole;
    }

    /**
     * What takes how long, in any unit.
     *
     * @param group to begin with another group
     * @param unit to begin and end a unit
     * @param tile a tile
     * @param part to leave a part of a unit to another share, or to add one
     */
    record Times(int group, int unit, int tile, int part) {}

    /**
     * A division.
     *
     * @param blocks of each block its shares: one for each worker, of the last of its groups and then of those before
     * @param slots parts that are left to others
     * @param time of the block that takes longest
     */
    record Shares(List<List<Share>> blocks, int slots, long time) {}

    /** A place between two tiles: the unit and the tiles before it there. */
    private record Cut(int unit, int tile) {}

    private final int[] tiles;
    private final int groups;
    private final int blocks;
    private final int workers;
    private final Times times;
    private final boolean splits;

    /** Time and tiles of all units before one; where a block can have several groups, the time to begin with one included. */
    private final long[] timeBefore;

    private final int[] tilesBefore;

    private int slots;
    private int handedOver;

    /** @param splits whether units may be divided */
    Division(int[] tiles, int groups, int blocks, int workers, Times times, boolean splits) {
        this.tiles = tiles;
        this.groups = groups;
        this.blocks = blocks;
        this.workers = workers;
        this.times = times;
        this.splits = splits;
        timeBefore = new long[tiles.length + 1];
        tilesBefore = new int[tiles.length + 1];
        boolean spansGroups = blocks % groups != 0;
        timeBefore[0] = spansGroups ? (long) workers * times.group() : 0;
        for (int i = 0; i < tiles.length; i++) {
            timeBefore[i + 1] = timeBefore[i] + time(tiles[i]);
            tilesBefore[i + 1] = tilesBefore[i] + tiles[i];
        }
    }

    private long time(int tiles) {
        return tiles == 0 ? 0 : times.unit() + (long) times.tile() * tiles;
    }

    Shares shares() {
        List<List<Share>> shares = new ArrayList<>(blocks);
        long total = timeBefore[tiles.length];
        long longest = 0;
        for (int block = 0; block < blocks; block++) {
            long from = total * groups * block / blocks;
            long to = total * groups * (block + 1) / blocks;
            List<Share> ofBlock = new ArrayList<>(workers);
            long time = 0;
            for (long begin = from - from % Math.max(1, total); begin < to; begin += total) {
                Cut first = cut(Math.max(0, from - begin));
                Cut last = cut(Math.min(total, to - begin));
                if (!first.equals(last)) {
                    time += times.group() + divide((int) (begin / total), first, last, ofBlock);
                }
            }
            longest = Math.max(longest, time);
            shares.add(ofBlock);
        }
        return new Shares(shares, slots, longest);
    }

    /** Divides what a block has of a group among its workers, in front of its other groups; returns the longest time of a worker. */
    private long divide(int group, Cut from, Cut to, List<Share> ofBlock) {
        long longest = 0;
        Cut begin = from;
        for (int worker = 1; worker <= workers; worker++) {
            long until = time(from) + (time(to) - time(from)) * worker / workers;
            Cut end = worker == workers ? to : cut(until);
            Share share = share(group, begin, end);
            ofBlock.add(worker - 1, share);
            longest = Math.max(longest, time(share, begin, end));
            begin = end;
        }
        return longest;
    }

    private Share share(int group, Cut from, Cut to) {
        int number = tilesBefore[to.unit()] + to.tile() - tilesBefore[from.unit()] - from.tile();
        boolean ends = number > 0 && to.unit() > from.unit();
        int unit = to.tile() > 0 ? to.unit() : Math.max(0, to.unit() - 1);
        int end = to.tile() > 0 ? to.tile() : tiles[unit];
        Share share = new Share(group, number, unit, end, slots, ends ? handedOver : 0);
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

    /** The place nearest to a time of a group. */
    private Cut cut(long time) {
        int unit = lastBefore(time);
        long rest = time - timeBefore[unit];
        int all = tiles[unit];
        long tile = splits
                ? Math.max(0, (rest - times.unit() + times.tile() / 2) / times.tile())
                : 2 * rest > time(all) ? all : 0;
        if (tile > 0 && all - tile < LEAST_TILES) {
            return new Cut(unit + 1, 0);
        }
        return new Cut(unit, tile < LEAST_TILES ? 0 : (int) tile);
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
