/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfs.c - breadth first over compact rows, in rounds.
 *
 * A round goes on until nothing new is found; the deferred nodes that it meets
 * wait.  The next round starts from them, each at its own depth, so that ways
 * within a round stay shortest although they start at different depths.
 *
 * The order in which nodes are found is known a while before they are needed:
 * rows are called for two steps ahead of their turn and the heads of their
 * targets one step ahead.
 */
#include "algo/bfs.h"

/* Places in the queue that make one such step. */
#define STEP 8
/* Edges of one row that are called for a step ahead; longer rows go on as
 * they are read. */
#define EARLY 8

struct waiting {
    uint32_t position, depth;
};

struct bfs {
    uint32_t *words;
    uint32_t *parent;
    uint32_t *queue; /* of positions; what was found, in order */
    uint32_t found;
    uint32_t depth;        /* of what is being expanded */
    struct hs_bitset seen; /* by number; 0 counts as seen */
    struct hs_column wait; /* of struct waiting, by depth */
    const struct hs_bitset *deferred;
};

static void expand(struct bfs *bfs, uint32_t position)
{
    struct hs_row row = hs_row_read(bfs->words + position);
    uint32_t number = bfs->words[position];

    for (uint32_t i = 0; i < row.degree; i++) {
        uint32_t target = bfs->words[row.edges[i]];

        if (i + EARLY < row.degree)
            __builtin_prefetch(bfs->words + row.edges[i + EARLY]);
        if (hs_bitset_has(&bfs->seen, target))
            continue;
        hs_bitset_add(&bfs->seen, target);
        bfs->parent[target] = number;
        bfs->queue[bfs->found++] = row.edges[i];
    }
}

static void look_ahead(const struct bfs *bfs, uint32_t at)
{
    struct hs_row row;

    if (at + 2 * STEP < bfs->found)
        __builtin_prefetch(bfs->words + bfs->queue[at + 2 * STEP]);
    if (at + STEP >= bfs->found)
        return;
    row = hs_row_read(bfs->words + bfs->queue[at + STEP]);
    for (uint32_t i = 0; i < row.degree && i < EARLY; i++)
        __builtin_prefetch(bfs->words + row.edges[i]);
}

/* Expands the queue's places from FROM to below TO. */
static void expand_level(struct bfs *bfs, uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++) {
        uint32_t position = bfs->queue[at];

        look_ahead(bfs, at);
        if (bfs->deferred && hs_bitset_has(bfs->deferred, bfs->words[position]))
            hs_column_push(&bfs->wait, &(struct waiting){position, bfs->depth});
        else
            expand(bfs, position);
    }
}

/* One round, from the nodes that wait at places FIRST to below LAST. */
static void run_round(struct bfs *bfs, size_t first, size_t last)
{
    uint32_t level = bfs->found;

    while (first < last || level < bfs->found) {
        uint32_t end = bfs->found;
        struct waiting next = {0};

        if (first < last)
            next = ((struct waiting *)bfs->wait.at)[first];
        if (level == end)
            bfs->depth = next.depth;
        for (; first < last && next.depth == bfs->depth;) {
            expand(bfs, next.position);
            if (++first < last)
                next = ((struct waiting *)bfs->wait.at)[first];
        }
        expand_level(bfs, level, end);
        level = end;
        bfs->depth++;
    }
}

uint32_t *hs_bfs_parents(const struct hs_dominators *dom,
                         const struct hs_bitset *deferred,
                         struct hs_arena *arena)
{
    size_t room = (size_t)dom->count + 1, done = 0;
    struct bfs bfs = {.words = dom->graph->words, .deferred = deferred};

    bfs.parent = hs_arena_alloc(arena, room * sizeof(uint32_t));
    bfs.queue = hs_arena_alloc(arena, room * sizeof(uint32_t));
    bfs.seen = hs_bitset_new(room, arena);
    bfs.wait = HS_COLUMN(struct waiting, arena);
    bfs.parent[0] = 0;
    bfs.parent[1] = 0;
    hs_bitset_add(&bfs.seen, 0);
    hs_bitset_add(&bfs.seen, 1);
    hs_column_push(&bfs.wait, &(struct waiting){dom->vertex[1], 0});
    while (done < bfs.wait.count) {
        size_t last = bfs.wait.count;

        run_round(&bfs, done, last);
        done = last;
    }
    hs_arena_release(arena, bfs.queue, room * sizeof(uint32_t));
    hs_bitset_release(&bfs.seen, arena);
    hs_arena_release(arena, bfs.wait.at, bfs.wait.room * bfs.wait.size);
    return bfs.parent;
}
