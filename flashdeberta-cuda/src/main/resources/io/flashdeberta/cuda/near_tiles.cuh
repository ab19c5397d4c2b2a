// What attention_hopper_near.cu has in shared memory, and who brings it there: key tiles with their blocks of the position tables, value
// tiles, and the units of a block's share.
//
// When both warpgroups have done with a tile, the second one's first warp brings the one after the next into its place: nobody else has
// to wait for that, and no warp does nothing else.
#pragma once
#include "hopper.cuh"
#include "position_terms.cuh"
#include "saturation.cuh"
#include "shares.cuh"

constexpr int KEYS = SATURATION_TILE;  // of a tile
constexpr int TILE_BYTES = KEYS * 128; // 64 rows of 64 values, as of a block of the tables
constexpr int RING = 4;                // blocks of a table under way
constexpr int AHEAD = 3;               // units that are known before their turn
// In shared memory: key tiles and value tiles in turn, blocks of both tables in turn, scratch of each warpgroup.
constexpr int KEY_TILES = 0, VALUE_TILES = 2 * TILE_BYTES;
constexpr int KEY_POSITIONS = 4 * TILE_BYTES, QUERY_POSITIONS = KEY_POSITIONS + RING * TILE_BYTES;
constexpr int SCRATCHES = QUERY_POSITIONS + RING * TILE_BYTES;
// Then barriers that say that tiles have come, of both places for keys and both for values; counts of warpgroups that have done with a
// tile, of both places; what is left of the share; items and units in turn.
constexpr int BARRIERS = SCRATCHES + 2 * TERM_BYTES, VALUES = 16;
constexpr int COUNTS = BARRIERS + 32, REST = COUNTS + 16, ITEMS = REST + 48, UNITS = ITEMS + 64;
constexpr int ITEM_BYTES = 16, UNIT_BYTES = 32;
static_assert(UNITS + 8 * UNIT_BYTES == 115104, "HopperAttention asks for as much shared memory");

// A unit of work, in shared memory.
struct Unit {
    int head, start, length, first;  // of the sequence: first row, tokens; first query
    int shift, tiles;                // from a tile's number to its place in the sequence; how many tiles
    int parts;                       // to merge; HANDED_OVER if another block merges this one
    int more;                        // whether another unit follows
};
static_assert(sizeof(Unit) == UNIT_BYTES, "units lie side by side");

// The position tables in global memory, and which of their blocks a tile needs. Beyond the last block, all rows are its.
struct Tables {
    const char *key, *query;  // [heads, blocks, 64, 64]: KR by falling distance, QR by rising
    int blocks;

    __device__ __forceinline__ u64 offset(int head, int block) const {
        return ((u64)head * blocks + min(max(block, 0), blocks - 1)) * TILE_BYTES;
    }
    // The last block that the first 64 queries of a unit need in a tile, which the tiles before did not.
    __device__ __forceinline__ int key_block(int query, int tile) const { return blocks / 2 - query / KEYS + tile; }
    __device__ __forceinline__ int query_block(int query, int tile) const { return blocks / 2 + query / KEYS - tile - 1; }
};

// Where tiles that are under way lie, by their number in the share, and the blocks that came with them: those of tile t are number t + 2,
// of its second 64 queries t + 1.
struct Places {
    unsigned base;

    __device__ __forceinline__ unsigned keys(int tile) const { return base + KEY_TILES + (tile & 1) * TILE_BYTES; }
    __device__ __forceinline__ unsigned values(int tile) const { return base + VALUE_TILES + (tile & 1) * TILE_BYTES; }
    __device__ __forceinline__ unsigned key_positions(int block) const { return base + KEY_POSITIONS + (block & RING - 1) * TILE_BYTES; }
    __device__ __forceinline__ unsigned query_positions(int block) const { return base + QUERY_POSITIONS + (block & RING - 1) * TILE_BYTES; }
    __device__ __forceinline__ unsigned scratch(int group) const { return base + SCRATCHES + group * TERM_BYTES; }
    __device__ __forceinline__ unsigned full(int tile, int kind = 0) const { return base + BARRIERS + kind + (tile & 1) * 8; }
    __device__ __forceinline__ void await(int tile, int kind = 0) const { barrier_wait(full(tile, kind), tile >> 1 & 1); }

    // Counts a warpgroup in that has done with a tile but for its values; whether it is the second one.
    __device__ __forceinline__ bool done(int tile) const { return count_in(base + COUNTS + (tile & 1) * 4) & 1; }
};

// What is left of a share, and the number of the tile that comes next.
struct Rest {
    Share share;
    int tile;
};
static_assert(sizeof(Rest) == ITEMS - REST, "items lie behind it");

// What one warp does for a block, all threads of it together.
struct Loader {
    const Places &places;
    const TensorMap &map;
    const Tables &tables;
    const int4 *work;
    volatile char *memory;
    int heads, count;  // units of a head
    int first, last, shortestFar;

    __device__ __forceinline__ volatile Rest &rest() const { return *(volatile Rest *)(memory + REST); }
    __device__ __forceinline__ volatile Unit &unit(int number) const {
        return *(volatile Unit *)(memory + UNITS + (number & 7) * UNIT_BYTES);
    }
    __device__ __forceinline__ unsigned item(int number) const { return places.base + ITEMS + (number & 3) * ITEM_BYTES; }
    __device__ __forceinline__ int index(int number) const { return max(0, uniform(rest().share.unit) - number); }

    // Brings a tile's keys and the last block that it needs of each table; with a unit's first tile the two blocks before it, too, and
    // the item of a unit to come.
    template <int BLOCKS> __device__ __forceinline__ void bring_keys(volatile Unit &unit, int tile, int itemNumber = 0) const {
        const int head = uniform(unit.head), query = uniform(unit.first), keyTile = tile + uniform(unit.shift);
        const unsigned full = places.full(tile);
        warp_expects(full, TILE_BYTES * (1 + BLOCKS * (CONTENT_TO_POSITION + POSITION_TO_CONTENT)) + (BLOCKS > 1 ? ITEM_BYTES : 0));
        warp_loads_tile(places.keys(tile), &map, uniform(unit.start) + keyTile * KEYS, heads + head, full);
#pragma unroll 1
        for (int back = BLOCKS - 1; back >= 0; back--) {
#if CONTENT_TO_POSITION
            warp_loads_bytes(places.key_positions(tile + 2 - back),
                             tables.key + tables.offset(head, tables.key_block(query, keyTile) - back), TILE_BYTES, full);
#endif
#if POSITION_TO_CONTENT
            warp_loads_bytes(places.query_positions(tile + 2 - back),
                             tables.query + tables.offset(head, tables.query_block(query, keyTile) + back), TILE_BYTES, full);
#endif
        }
        if (BLOCKS > 1) warp_loads_bytes(item(itemNumber), work + index(itemNumber) % count, ITEM_BYTES, full);
    }
    __device__ __forceinline__ void bring_values(volatile Unit &unit, int tile) const {
        warp_expects(places.full(tile, VALUES), TILE_BYTES);
        const int token = uniform(unit.start + (tile + unit.shift) * KEYS);
        warp_loads_tile(places.values(tile), &map, token, 2 * heads + uniform(unit.head), places.full(tile, VALUES));
    }

    // Makes an item, the share's last but so many, a unit.
    __device__ __forceinline__ void describe(int number, int start, int length, int query) const {
        volatile Rest &rest = this->rest();
        if (uniform(rest.share.tiles) == 0) return;
        volatile Unit &unit = this->unit(number);
        const int tiles = tiles_of(length);
        const bool allNear = length < shortestFar;
        const int unitFrom = allNear ? 0 : near_from(query, tiles, last);
        const int all = allNear ? tiles : near_to(query, tiles, first) - unitFrom;
        const int end = number == 0 ? min((int)rest.share.end, all) : all;
        const int begin = max(0, end - rest.share.tiles), near = end - begin;
        unit.head = index(number) / count;
        unit.start = start;
        unit.length = length;
        unit.first = query;
        unit.shift = unitFrom + begin - rest.tile;
        unit.tiles = near;
        unit.parts = end < all ? HANDED_OVER : begin > 0 ? rest.share.parts : 0;
        unit.more = rest.share.tiles > near;
        const int next = rest.tile + near, left = rest.share.tiles - near;
        __syncwarp();
        rest.tile = next;
        rest.share.tiles = left;
        __syncwarp();
    }

    // A unit's first tile, and the next one but for its values: both places for them can still be in use.
    __device__ __forceinline__ void begin(int number, int tile) const {
        volatile Unit &unit = this->unit(number);
        bring_keys<3>(unit, tile, number + AHEAD);
        bring_values(unit, tile);
        if (uniform(unit.tiles) > 1) bring_keys<1>(unit, tile + 1);
    }

    // What comes when both warpgroups have done with a tile of a unit, whose tiles end at a number. The last tile's values are no longer
    // in use, those of this one can be.
    __device__ __forceinline__ void go_on(int number, int tile, int end) const {
        if (tile + 1 < end) {
            bring_values(unit(number), tile + 1);
            if (tile + 2 < end) bring_keys<1>(unit(number), tile + 2);
        } else if (uniform(unit(number).more)) {
            begin(number + 1, tile + 1);
            const unsigned from = item(number + AHEAD);
            describe(number + AHEAD, load_shared(from), load_shared(from + 4), load_shared(from + 8));
        }
    }
};

// What a warpgroup without queries does. Its warps wait for one another, as they else do by their barriers: a barrier of which one has
// missed two phases would never let it go on.
__device__ __forceinline__ void follow(const Loader &loader, int number, int tile, int end, int group, int warp) {
    for (; tile < end; tile++) {
        loader.places.await(tile);
        loader.places.await(tile, VALUES);
        named_barrier(1 + group, 128);
        if (warp == 0 && loader.places.done(tile)) loader.go_on(number, tile, end);
        __syncwarp();
    }
}
