/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfs.c - breadth first over numbers, in rounds.
 *
 * A round goes on until nothing new is found; the deferred nodes that it meets
 * wait.  The next round starts from them, each at its own depth, so that ways
 * within a round stay shortest although they start at different depths.
 *
 * Numbers are those of a depth-first walk, in preorder: a node's first child is
 * the next number, and the next sibling of a leaf as well.  So it is enough to
 * know the siblings of inner nodes that have one, a quarter of all.
 */
#include "algo/bfs.h"

#include "base/parallel.h"

struct waiting {
    uint32_t node, depth;
};

struct bfs {
    const struct hs_arcs *arcs;
    const struct hs_bitset *deferred;
    struct hs_bitset leaf, more; /* has no child; has a next sibling */
    /* Of those in MORE that are not in LEAF, the next siblings, last node
     * first; by word of MORE, how many are in words before. */
    struct hs_column siblings;
    uint32_t *ranks;
    struct hs_bitset seen;
    struct hs_column now, next; /* uint32_t: of this depth and of the next */
    struct hs_column wait;      /* struct waiting, by depth */
    struct hs_column turns;
};

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

/* From the last node to the first: what has no parent yet waits on a stack,
 * which has a node's children on top when the node comes.  A node's next
 * sibling is then there before it. */
static void find_siblings(struct bfs *bfs, struct hs_arena *arena)
{
    const uint32_t *up = bfs->arcs->up;
    struct hs_column stack = HS_COLUMN(uint32_t, arena);

    push(&stack, 0);
    for (uint32_t node = bfs->arcs->count; node > 0; node--) {
        const uint32_t *top = (uint32_t *)stack.at + stack.count - 1;
        bool leaf = true;

        for (; *top && up[*top] == node; top--)
            leaf = false;
        stack.count = (size_t)(top - (uint32_t *)stack.at) + 1;
        if (leaf)
            hs_bitset_add(&bfs->leaf, node);
        if (*top && up[*top] == up[node]) {
            hs_bitset_add(&bfs->more, node);
            if (!leaf)
                push(&bfs->siblings, *top);
        }
        push(&stack, node);
    }
    hs_column_release(&stack);
}

static void rank_siblings(struct bfs *bfs, struct hs_arena *arena)
{
    size_t words = (size_t)hs_bitset_words(bfs->more.bits);
    uint32_t rank = 0;

    bfs->ranks = hs_arena_alloc(arena, words * sizeof(*bfs->ranks));
    for (size_t i = 0; i < words; i++) {
        bfs->ranks[i] = rank;
        rank += hs_bits_of(bfs->more.words[i] & ~bfs->leaf.words[i]);
    }
}

/* The next sibling of NODE, or 0. */
static inline uint32_t sibling_of(const struct bfs *bfs, uint32_t node)
{
    uint64_t leaf = bfs->leaf.words[node / 64];
    uint64_t more = bfs->more.words[node / 64];
    uint64_t bit = (uint64_t)1 << node % 64;
    uint32_t rank;

    if (!(more & bit))
        return 0;
    if (leaf & bit)
        return node + 1;
    rank = bfs->ranks[node / 64] + hs_bits_of(more & ~leaf & (bit - 1));
    return ((uint32_t *)bfs->siblings.at)[bfs->siblings.count - 1 - rank];
}

/* Finds what NODE leads to: its children first. */
static void expand(struct bfs *bfs, uint32_t node)
{
    uint32_t child = hs_bitset_has(&bfs->leaf, node) ? 0 : node + 1;
    uint32_t *at, *last;

    for (; child; child = sibling_of(bfs, child))
        if (is_new(bfs, child))
            push(&bfs->next, child);
    at = hs_arc_lists_at(&bfs->arcs->out, node, &last);
    for (; at < last; at++) {
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

struct hs_column hs_bfs_find(const struct hs_arcs *arcs,
                             const struct hs_bitset *deferred,
                             struct hs_arena *arena)
{
    size_t room = (size_t)arcs->count + 1, done = 0;
    struct bfs bfs = {.arcs = arcs,
                      .deferred = deferred,
                      .leaf = hs_bitset_new(room, arena),
                      .more = hs_bitset_new(room, arena),
                      .siblings = HS_COLUMN(uint32_t, arena),
                      .seen = hs_bitset_new(room, arena),
                      .now = HS_COLUMN(uint32_t, arena),
                      .next = HS_COLUMN(uint32_t, arena),
                      .wait = HS_COLUMN(struct waiting, arena),
                      .turns = HS_COLUMN(struct hs_turn, arena)};

    find_siblings(&bfs, arena);
    rank_siblings(&bfs, arena);
    hs_bitset_add(&bfs.seen, 1);
    hs_column_push(&bfs.wait, &(struct waiting){1, 0});
    while (done < bfs.wait.count) {
        size_t last = bfs.wait.count;

        run_round(&bfs, done, last);
        done = last;
    }
    hs_arena_release(arena, bfs.ranks,
                     (size_t)hs_bitset_words(room) * sizeof(*bfs.ranks));
    hs_bitset_release(&bfs.leaf, arena);
    hs_bitset_release(&bfs.more, arena);
    hs_bitset_release(&bfs.seen, arena);
    hs_column_release(&bfs.siblings);
    hs_column_release(&bfs.now);
    hs_column_release(&bfs.next);
    hs_column_release(&bfs.wait);
    return bfs.turns;
}

struct settling {
    struct hs_arcs *arcs;
    const struct hs_column *turns;
    unsigned threads;
};

/* Nodes have one turn at most, so threads never meet. */
static void settle_part(void *context, unsigned part)
{
    const struct settling *s = context;
    const struct hs_turn *turn = s->turns->at;
    uint32_t *up = s->arcs->up;
    uint64_t end = hs_parallel_share(s->turns->count, part + 1, s->threads);
    uint64_t i = hs_parallel_share(s->turns->count, part, s->threads);

    for (; i < end; i++) {
        uint32_t *last,
            *in = hs_arc_lists_at(&s->arcs->in, turn[i].node, &last);

        while (in < last && *in != turn[i].parent)
            in++;
        if (in < last) /* always */
            *in = up[turn[i].node];
        up[turn[i].node] = turn[i].parent;
    }
}

void hs_bfs_settle(struct hs_arcs *arcs, const struct hs_column *turns,
                   unsigned threads)
{
    struct settling settling = {arcs, turns, threads};

    hs_parallel_run(threads, settle_part, &settling);
}
