/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfs.c - breadth first over numbers, in rounds.
 *
 * A round goes on until nothing new is found; the deferred nodes that it meets
 * wait.  The next round starts from them, each at its own depth, so that ways
 * within a round stay shortest although they start at different depths.
 *
 * Numbers are those of a depth-first walk, in preorder: what is below a node in
 * the tree has the numbers behind it, one child's after another's.  So how many
 * nodes each subtree has tells all children.
 */
#include "algo/bfs.h"

struct waiting {
    uint32_t node, depth;
};

struct bfs {
    const struct hs_arcs *arcs;
    const struct hs_bitset *deferred;
    uint32_t *span; /* by number: nodes in its subtree, itself included */
    struct hs_bitset seen;
    struct hs_column now, next; /* uint32_t: of this depth and of the next */
    struct hs_column wait;      /* struct waiting, by depth */
    struct hs_column turns;
};

static uint32_t *find_spans(const struct hs_arcs *arcs, struct hs_arena *arena)
{
    size_t room = (size_t)arcs->count + 1;
    uint32_t *span = hs_arena_zeroed(arena, room, sizeof(*span));

    for (uint32_t node = arcs->count; node > 0; node--) {
        span[node]++;
        span[arcs->up[node]] += span[node];
    }
    return span;
}

static inline bool is_new(struct bfs *bfs, uint32_t node)
{
    if (hs_bitset_has(&bfs->seen, node))
        return false;
    hs_bitset_add(&bfs->seen, node);
    return true;
}

/* As hs_column_push() does, but inline. */
static inline void push(struct hs_column *column, uint32_t node)
{
    if (column->count == column->room)
        hs_column_extend(column, 1);
    else
        column->count++;
    ((uint32_t *)column->at)[column->count - 1] = node;
}

/* Finds what NODE leads to: its children first. */
static void expand(struct bfs *bfs, uint32_t node)
{
    uint32_t end = node + bfs->span[node];
    const uint32_t *at, *last;

    for (uint32_t child = node + 1; child < end; child += bfs->span[child])
        if (is_new(bfs, child))
            push(&bfs->next, child);
    for (at = hs_arcs_of(bfs->arcs, node, &last); at < last; at++) {
        if (!is_new(bfs, *at))
            continue;
        hs_column_push(&bfs->turns, &(struct hs_turn){*at, node});
        push(&bfs->next, *at);
    }
}

/* Expands all nodes of DEPTH. */
static void expand_level(struct bfs *bfs, uint32_t depth)
{
    const uint32_t *nodes = bfs->now.at;

    for (size_t i = 0; i < bfs->now.count; i++) {
        if (bfs->deferred && hs_bitset_has(bfs->deferred, nodes[i]))
            hs_column_push(&bfs->wait, &(struct waiting){nodes[i], depth});
        else
            expand(bfs, nodes[i]);
    }
}

static void swap_levels(struct bfs *bfs)
{
    struct hs_column level = bfs->now;

    bfs->now = bfs->next;
    bfs->next = level;
    bfs->next.count = 0;
}

/* One round, from the nodes that wait at places FIRST to below LAST. */
static void run_round(struct bfs *bfs, size_t first, size_t last)
{
    uint32_t depth = 0;

    while (first < last || bfs->now.count) {
        if (bfs->now.count == 0)
            depth = ((struct waiting *)bfs->wait.at)[first].depth;
        for (; first < last; first++) {
            struct waiting from = ((struct waiting *)bfs->wait.at)[first];

            if (from.depth != depth)
                break;
            expand(bfs, from.node);
        }
        expand_level(bfs, depth);
        swap_levels(bfs);
        depth++;
    }
}

static void release(struct hs_column *column)
{
    hs_arena_release(column->arena, column->at, column->room * column->size);
}

struct hs_column hs_bfs_find(const struct hs_arcs *arcs,
                             const struct hs_bitset *deferred,
                             struct hs_arena *arena)
{
    size_t room = (size_t)arcs->count + 1, done = 0;
    struct bfs bfs = {.arcs = arcs,
                      .deferred = deferred,
                      .span = find_spans(arcs, arena),
                      .seen = hs_bitset_new(room, arena),
                      .now = HS_COLUMN(uint32_t, arena),
                      .next = HS_COLUMN(uint32_t, arena),
                      .wait = HS_COLUMN(struct waiting, arena),
                      .turns = HS_COLUMN(struct hs_turn, arena)};

    hs_bitset_add(&bfs.seen, 1);
    hs_column_push(&bfs.wait, &(struct waiting){1, 0});
    while (done < bfs.wait.count) {
        size_t last = bfs.wait.count;

        run_round(&bfs, done, last);
        done = last;
    }
    hs_arena_release(arena, bfs.span, room * sizeof(*bfs.span));
    hs_bitset_release(&bfs.seen, arena);
    release(&bfs.now);
    release(&bfs.next);
    release(&bfs.wait);
    return bfs.turns;
}

void hs_bfs_settle(struct hs_arcs *arcs, const struct hs_column *turns)
{
    const struct hs_turn *turn = turns->at;

    for (size_t i = 0; i < turns->count; i++)
        arcs->up[turn[i].node] = turn[i].parent;
}
