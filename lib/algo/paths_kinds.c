/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths_kinds.c - the way down to where memory piles up, by kind.
 *
 * Twenty thousand small things are no step for who looks at one child after
 * another, but their kind is.  So the way goes to the kind that retains most of
 * what is left, and shows one of it; how many there are and what they retain
 * together stand beside it.
 */
#include "algo/kinds.h"
#include "algo/paths.h"

#define DEEPEST 64
#define MOST_MEMBERS                                                           \
    ((size_t)1 << 18)   /* of more, only the one shown goes on                 \
                         */
#define MOST_BETWEEN 16 /* steps from one kind to the next */

struct descending {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    struct hs_arena *scratch;
    struct hs_column steps; /* struct hs_path_step */
    struct hs_path *path;
    const uint32_t *nodes; /* all of the kind that the way is at, ... */
    size_t count;
    uint64_t bytes; /* ... what they retain, ... */
    uint32_t shown; /* ... and the one that is shown */
    bool alone;     /* of too many only that one is looked at */
};

/* The node of KEY, the one that retains most, that hangs below the one shown,
 * or below what is JOINED with that; HS_NO_NODE if there is none. */
static uint32_t choose(const struct descending *d, uint64_t key, bool joined)
{
    struct hs_kinds kinds = hs_kinds_find(d->heap, d->holders, d->retention,
                                          &d->shown, 1, joined, d->scratch);
    const struct hs_kind *list = kinds.list.at;

    for (size_t i = 0; i < kinds.list.count; i++)
        if (list[i].key == key)
            return list[i].largest;
    return HS_NO_NODE;
}

/* A shortest way from the one shown, which dominates it, to NODE. */
static void push_steps(struct descending *d, uint32_t node)
{
    uint32_t way[MOST_BETWEEN], count = 0, objects = hs_heap_count(d->heap);
    uint32_t at = node;

    for (; at != d->shown && at < objects && count < MOST_BETWEEN;
         at = hs_retention_parent(d->retention, at))
        way[count++] = at;
    if (at != d->shown && at < objects)
        count = 1; /* longer than anybody wants to read */
    while (count-- > 0)
        hs_column_push(&d->steps, &(struct hs_path_step){.object = way[count],
                                                         .count = 1});
}

/* The way goes through holder HOLDER. */
static void pass_holder(struct descending *d, uint32_t holder)
{
    d->path->through = holder;
    /* What only another variable points to is that one's. */
    if (d->holders->holders[holder].parent != holder)
        d->path->holder = holder;
}

/* Going on with a million nodes would take seconds. */
static void limit(struct descending *d)
{
    d->alone = d->count > MOST_MEMBERS;
    if (!d->alone)
        return;
    d->nodes = &d->shown;
    d->count = 1;
    d->bytes = hs_retention_bytes(d->retention, d->shown);
}

/* The step that the way is at stands for JOINED more, too. */
static void count_joined(struct descending *d, uint32_t joined)
{
    struct hs_path_step *last =
        (struct hs_path_step *)d->steps.at + d->steps.count - 1;

    if (last->count <= 1) {
        last->count = 1;
        last->bytes = d->bytes;
    }
    last->count += joined;
}

/* One kind further down; false where the way ends. */
static bool descend(struct descending *d, double keep)
{
    struct hs_kinds kinds = hs_kinds_find(d->heap, d->holders, d->retention,
                                          d->nodes, d->count, true, d->scratch);
    const struct hs_kind *kind = kinds.list.at;
    struct hs_path_step *last;
    uint32_t node, objects = hs_heap_count(d->heap);

    if (kinds.joined && !d->alone && d->shown < objects && d->steps.count)
        count_joined(d, kinds.joined);
    if (kinds.list.count == 0 || (double)kind->bytes < keep * (double)d->bytes)
        return false;
    /* Of one node they are known. */
    node = d->count == 1 && kinds.joined == 0 ? kind->largest
                                              : choose(d, kind->key, false);
    if (node == HS_NO_NODE && kinds.joined)
        node = choose(d, kind->key, true);
    if (node == HS_NO_NODE)
        return false;
    if (node < objects) {
        push_steps(d, node);
        last = (struct hs_path_step *)d->steps.at + d->steps.count - 1;
        last->count = kind->count;
        last->bytes = kind->bytes;
    } else {
        pass_holder(d, node - objects);
    }
    d->shown = node;
    d->nodes = kind->members.at;
    d->count = kind->members.count;
    d->bytes = kind->bytes;
    limit(d);
    return true;
}

/* What NODES retain, and that the last step of the way stands for them. */
static void count_nodes(struct descending *d)
{
    struct hs_path_step *last;
    bool known = d->bytes != 0;

    for (size_t i = 0; i < d->count && !known; i++)
        d->bytes += hs_retention_bytes(d->retention, d->nodes[i]);
    if (d->count < 2 || !d->steps.count)
        return;
    last = (struct hs_path_step *)d->steps.at + d->steps.count - 1;
    last->count = (uint32_t)d->count;
    last->bytes = d->bytes;
}

void hs_paths_pile(const struct hs_heap *heap, const struct hs_holders *holders,
                   const struct hs_retention *retention, const uint32_t *nodes,
                   size_t count, uint64_t bytes, double keep,
                   struct hs_arena *arena, struct hs_arena *scratch,
                   struct hs_path *path)
{
    struct descending d = {.heap = heap,
                           .holders = holders,
                           .retention = retention,
                           .scratch = scratch,
                           .steps = HS_COLUMN(struct hs_path_step, arena),
                           .path = path,
                           .nodes = nodes,
                           .count = count,
                           .bytes = bytes,
                           .shown = nodes[0]};

    for (uint32_t i = 0; i < path->step_count; i++)
        hs_column_push(&d.steps, &path->steps[i]);
    count_nodes(&d);
    limit(&d);
    /* The first kind is shown however small: it is the largest. */
    for (unsigned depth = 0; depth < DEEPEST; depth++)
        if (!descend(&d, d.steps.count ? keep : 0))
            break;
    hs_paths_dress(heap, d.steps.at, d.steps.count);
    path->steps = d.steps.at;
    path->step_count = (uint32_t)d.steps.count;
}
