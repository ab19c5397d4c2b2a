// What attention_hopper_far.cu has in shared memory, and who brings it there: the tiles of a block's pieces of units, in a ring of stages,
// and the queries of the next piece. One thread does nothing else.
#pragma once
#include "hopper.cuh"
#include "saturation.cuh"
#include "shares.cuh"

constexpr int GROUPS = 3, ROWS = 64;  // warpgroups that compute, query rows of each
constexpr int UNIT = GROUPS * ROWS;
constexpr int KEYS = 128;             // of a tile
constexpr int STAGES = 4;             // tiles under way
constexpr int BOX = SATURATION_TILE;  // rows that the copy engine brings at once
constexpr int BOX_BYTES = BOX * 128, TILE_BYTES = KEYS * 128, QUERY_BYTES = ROWS * 128;
constexpr int STAGE_BYTES = 2 * TILE_BYTES;  // keys, values
constexpr int LEFT = 0, RIGHT = 1;
// In shared memory: the stages, each group's queries for the left and for the right, those of the next unit, barriers.
constexpr int QUERIES = STAGES * STAGE_BYTES;
constexpr int NEXT_QUERIES = QUERIES + GROUPS * 2 * QUERY_BYTES;
constexpr int BARRIERS = NEXT_QUERIES + GROUPS * QUERY_BYTES;
constexpr int BARRIER_BYTES = 8 * (3 * STAGES + 2);
constexpr int WARPS = 4 * GROUPS;

// The tiles of a unit: first those on the left, then those on the right.
struct Tiles {
    int left;       // how many there are
    int rightFrom;  // first key on the right

    __device__ __forceinline__ int key(int tile) const { return tile < left ? tile * KEYS : rightFrom + (tile - left) * KEYS; }
    __device__ __forceinline__ int side(int tile) const { return tile < left ? LEFT : RIGHT; }
};

// What a block has of a unit: 192 queries of one sequence and head, and the tiles of keys that are far from some of them.
struct __align__(16) Piece {
    int head, start, length, query;  // first row and length of the sequence, first query
    Tiles tiles;
    int from, to;                    // of the tiles
    int slot, parts;                 // slots before it to merge; HANDED_OVER if another block merges this piece there
};

// In shared memory behind the barriers: two pieces, in turn; what each thread's bounds grow by on the left and on the right.
constexpr int PIECES = BARRIERS + BARRIER_BYTES;
constexpr int NUMBERS = PIECES + 2 * sizeof(Piece);

// Keys up to which all are on the left of a query's near tiles, and from which on all are on the right.
__device__ __forceinline__ int left_to(int query, int length, int last) {
    return near_from(query & ~(SATURATION_UNIT - 1), tiles_of(length), last) * SATURATION_TILE;
}
__device__ __forceinline__ int right_from(int query, int length, int first) {
    return near_to(query & ~(SATURATION_UNIT - 1), tiles_of(length), first) * SATURATION_TILE;
}

// The pieces of a share, the last one first.
struct Pieces {
    const Share &share;
    const int4 *work;
    int count, first, last;  // units of a head; distances of saturation
    int remaining, number;   // tiles, the unit that they end in

    __device__ __forceinline__ Pieces(const Share &share, const int4 *work, int count, int first, int last)
        : share(share), work(work), count(count), first(first), last(last), remaining(share.tiles), number(share.unit) {}

    __device__ __forceinline__ Piece next() {
        Piece piece;
        do {
            piece.head = number / count;
            const int4 item = work[number - piece.head * count];
            piece.start = item.x;
            piece.length = item.y;
            piece.query = item.z;
#if CONTENT_TO_POSITION || POSITION_TO_CONTENT
            const int lastGroup = min(piece.query + UNIT - ROWS, (tiles_of(piece.length) - 1) * ROWS);
            piece.tiles.left = (left_to(lastGroup, piece.length, last) + KEYS - 1) / KEYS;
            piece.tiles.rightFrom = right_from(piece.query, piece.length, first);
#else
            piece.tiles.left = piece.tiles.rightFrom = 0;
#endif
            const int all = piece.tiles.left + (max(0, piece.length - piece.tiles.rightFrom) + KEYS - 1) / KEYS;
            piece.to = number == share.unit ? share.end : all;
            piece.from = max(0, piece.to - remaining);
            piece.slot = share.slot;
            piece.parts = piece.to < all ? HANDED_OVER : piece.from > 0 ? share.parts : 0;
            remaining -= piece.to - piece.from;
            number--;
        } while (piece.from == piece.to);
        return piece;
    }
};

// The stages in turn, and the phase of their barriers.
struct Ring {
    int stage = 0;
    unsigned phase = 0;

    __device__ __forceinline__ void advance() {
        if (++stage == STAGES) {
            stage = 0;
            phase ^= 1;
        }
    }
};

struct Barriers {
    unsigned base;

    __device__ __forceinline__ unsigned keys(int stage) const { return base + 8 * stage; }
    __device__ __forceinline__ unsigned values(int stage) const { return base + 8 * (STAGES + stage); }
    __device__ __forceinline__ unsigned vacant(int stage) const { return base + 8 * (2 * STAGES + stage); }
    __device__ __forceinline__ unsigned queries() const { return base + 8 * 3 * STAGES; }
    __device__ __forceinline__ unsigned queriesTaken() const { return queries() + 8; }

    __device__ __forceinline__ void init() const {
        for (int stage = 0; stage < STAGES; stage++) {
            barrier_init(keys(stage), 1);
            barrier_init(values(stage), 1);
            barrier_init(vacant(stage), WARPS);
        }
        barrier_init(queries(), 1);
        barrier_init(queriesTaken(), WARPS);
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
};

__device__ __forceinline__ void arrive(unsigned barrier, int lane) {
    __syncwarp();
    if (lane == 0) barrier_arrive(barrier);
}

// The thread that brings a piece with its queries, keys and values.
struct Loader {
    unsigned base;
    Barriers barriers;
    Ring ring;
    unsigned queryPhase = 0;

    __device__ __forceinline__ void load(const Piece &piece, Piece *pieces, const TensorMap &map, int heads) {
        barrier_wait(barriers.queriesTaken(), queryPhase ^ 1);
        pieces[queryPhase] = piece;
        queryPhase ^= 1;
        barrier_expect(barriers.queries(), GROUPS * QUERY_BYTES);
        for (int group = 0; group < GROUPS; group++)
            load_tile(base + NEXT_QUERIES + group * QUERY_BYTES, &map, piece.start + piece.query + group * ROWS, piece.head,
                      barriers.queries());
#pragma unroll 1
        for (int tile = piece.from; tile < piece.to; tile++) {
            const int token = piece.start + piece.tiles.key(tile);
            const unsigned keys = base + ring.stage * STAGE_BYTES;
            barrier_wait(barriers.vacant(ring.stage), ring.phase ^ 1);
            load(keys, map, token, heads + piece.head, barriers.keys(ring.stage));
            load(keys + TILE_BYTES, map, token, 2 * heads + piece.head, barriers.values(ring.stage));
            ring.advance();
        }
    }

    __device__ __forceinline__ void load(unsigned to, const TensorMap &map, int token, int plane, unsigned barrier) const {
        barrier_expect(barrier, TILE_BYTES);
        load_tile(to, &map, token, plane, barrier);
        load_tile(to + BOX_BYTES, &map, token + BOX, plane, barrier);
    }
};
