/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing.c - sets of holders, propagated over a quotient of the graph.
 *
 * The dominator tree falls into *regions*: the nodes above units, one region
 * per unit (its dominator subtree), and one per *top*, a node that no unit
 * dominates while its idom is above units.  An edge from another region can
 * only lead to a region's top, and all of a region is reached from there, so
 * the regions are the nodes of a small graph that says as much about reach as
 * the whole one.  Only the arcs that lead to tops are looked at.
 *
 * Tarjan's strongly connected components, run against the direction of the
 * edges, finish with a component after all that lead to it; so its set of
 * units is known as soon as it is found: the union of its predecessors' sets.
 */
#include "algo/sharing.h"

#include <stdlib.h>
#include <string.h>

#include "algo/setpool.h"
#include "base/bitset.h"

/* Regions: 0 above units, 1..units, and then one per top. */
#define ABOVE   0u
#define PENDING UINT32_MAX

struct quotient {
    const struct hs_dominators *dom;
    const struct hs_sharing_plan *plan;
    struct hs_arena *scratch;
    uint32_t *mark; /* by number: its region; still ABOVE */
    uint32_t tops;
    uint32_t *top; /* their numbers, ascending */
    uint32_t *set; /* by top: the units that reach it, or PENDING */
};

/* Which nodes are units and which are above units. */
struct marks {
    struct hs_bitset unit, above, below;
};

/* Marks the way up from UNIT: as above units, or, if it leads to another unit,
 * as below one. */
static void mark_way(struct marks *marks, const struct hs_dominators *dom,
                     uint32_t unit)
{
    uint32_t end = dom->idom[unit];
    struct hs_bitset *as;

    while (end && !hs_bitset_has(&marks->above, end) &&
           !hs_bitset_has(&marks->below, end) &&
           !hs_bitset_has(&marks->unit, end))
        end = dom->idom[end];
    as = !end || hs_bitset_has(&marks->above, end) ? &marks->above
                                                   : &marks->below;
    for (uint32_t at = dom->idom[unit]; at != end; at = dom->idom[at])
        hs_bitset_add(as, at);
    if (as == &marks->below)
        hs_bitset_add(as, unit);
}

static void mark(struct marks *marks, const struct quotient *q)
{
    const struct hs_sharing_plan *plan = q->plan;
    uint64_t room = (uint64_t)q->dom->count + 1;

    marks->unit = hs_bitset_new(room, q->scratch);
    marks->above = hs_bitset_new(room, q->scratch);
    marks->below = hs_bitset_new(room, q->scratch);
    for (uint32_t i = 0; i < plan->unit_count; i++)
        if (plan->units[i])
            hs_bitset_add(&marks->unit, plan->units[i]);
    if (!hs_bitset_has(&marks->unit, 1))
        hs_bitset_add(&marks->above, 1);
    for (uint32_t i = 0; i < plan->unit_count; i++)
        if (plan->units[i])
            mark_way(marks, q->dom, plan->units[i]);
}

/* Finds the tops; false if there are none. */
static bool find_tops(struct quotient *q, const struct marks *marks)
{
    const uint32_t *idom = q->dom->idom;
    struct hs_column tops = HS_COLUMN(uint32_t, q->scratch);

    for (uint32_t v = 2; v <= q->dom->count; v++)
        if (hs_bitset_has(&marks->above, idom[v]) &&
            !hs_bitset_has(&marks->above, v) && !hs_bitset_has(&marks->unit, v))
            hs_column_push(&tops, &v);
    q->top = tops.at;
    q->tops = (uint32_t)tops.count;
    return q->tops > 0;
}

static void find_regions(struct quotient *q, const struct marks *marks)
{
    const struct hs_sharing_plan *plan = q->plan;
    const uint32_t *idom = q->dom->idom;
    uint32_t count = q->dom->count, region = plan->unit_count;

    for (uint32_t i = 0; i < plan->unit_count; i++) {
        uint32_t unit = plan->units[i];

        if (unit && !q->mark[unit] && !hs_bitset_has(&marks->below, unit))
            q->mark[unit] = i + 1;
    }
    for (uint32_t i = 0; i < q->tops; i++)
        q->mark[q->top[i]] = ++region;
    for (uint32_t v = 2; v <= count; v++)
        if (!q->mark[v])
            q->mark[v] = q->mark[idom[v]];
}

/* Where TOP is reached from: its parent in the depth-first tree, and what the
 * arcs that lead to it come from. */
struct sources {
    uint32_t parent;
    const uint32_t *at, *end;
};

static struct sources sources_of(const struct quotient *q, uint32_t top)
{
    const struct hs_arcs *arcs = &q->dom->arcs;
    uint32_t number = q->top[top], *end;
    const uint32_t *at = hs_arc_lists_at(&arcs->in, number, &end);

    return (struct sources){arcs->up[number], at, end};
}

/* The region of the next source that is not above units; ABOVE at the end.  One
 * may come more than once, and TOP's own as well. */
static uint32_t next_region(const struct quotient *q, struct sources *sources)
{
    uint32_t region = q->mark[sources->parent];

    sources->parent = 0;
    while (region == ABOVE && sources->at < sources->end)
        region = q->mark[*sources->at++];
    return region;
}

/* Tarjan's algorithm; the trail is the path of calls, were it recursive. */
struct call {
    uint32_t top;
    struct sources sources; /* those left to look at */
};

struct search {
    uint32_t *order, *low;         /* by top; order 0: not seen yet */
    struct hs_column stack, trail; /* uint32_t: tops; struct call */
    uint32_t seen;
    struct hs_column ids; /* of sets that lead to a component */
};

static void enter(struct search *search, const struct quotient *q, uint32_t top)
{
    search->order[top] = search->low[top] = ++search->seen;
    hs_column_push(&search->stack, &top);
    hs_column_push(&search->trail, &(struct call){top, sources_of(q, top)});
}

/* The component down to TOP is complete, and so is all that leads to it. */
static void finish(struct search *search, struct quotient *q,
                   struct hs_setpool *pool, uint32_t top)
{
    const uint32_t *stack = search->stack.at;
    uint32_t units = q->plan->unit_count, region, set;
    size_t bottom = search->stack.count;

    while (stack[--bottom] != top)
        ;
    search->ids.count = 0;
    for (size_t i = bottom; i < search->stack.count; i++) {
        struct sources sources = sources_of(q, stack[i]);

        while ((region = next_region(q, &sources)) != ABOVE) {
            set = region <= units ? hs_setpool_single(pool, region - 1)
                                  : q->set[region - units - 1];
            if (set != PENDING)
                hs_column_push(&search->ids, &set);
        }
    }
    set = hs_setpool_union(pool, search->ids.at, search->ids.count);
    while (search->stack.count > bottom)
        q->set[stack[--search->stack.count]] = set;
}

/* Follows the next arc of the last top on the trail, or leaves it. */
static void step(struct search *search, struct quotient *q,
                 struct hs_setpool *pool)
{
    struct call *call =
        (struct call *)search->trail.at + search->trail.count - 1;
    uint32_t units = q->plan->unit_count, top = call->top, from;
    uint32_t region = next_region(q, &call->sources);

    if (region != ABOVE) {
        if (region <= units)
            return;
        from = region - units - 1;
        if (!search->order[from])
            enter(search, q, from);
        else if (q->set[from] == PENDING &&
                 search->order[from] < search->low[top])
            search->low[top] = search->order[from];
        return;
    }
    if (search->low[top] == search->order[top])
        finish(search, q, pool, top);
    if (--search->trail.count == 0)
        return;
    call--;
    if (search->low[top] < search->low[call->top])
        search->low[call->top] = search->low[top];
}

static void propagate(struct quotient *q, struct hs_setpool *pool)
{
    struct search search = {.ids = HS_COLUMN(uint32_t, q->scratch),
                            .stack = HS_COLUMN(uint32_t, q->scratch),
                            .trail = HS_COLUMN(struct call, q->scratch)};
    size_t size = q->tops * sizeof(uint32_t);

    search.order = hs_arena_zeroed(q->scratch, q->tops, sizeof(uint32_t));
    search.low = hs_arena_alloc(q->scratch, size);
    q->set = hs_arena_alloc(q->scratch, size);
    memset(q->set, 0xff, size);
    for (uint32_t top = 0; top < q->tops; top++) {
        if (search.order[top])
            continue;
        enter(&search, q, top);
        while (search.trail.count)
            step(&search, q, pool);
    }
}

/* Most bytes first, then by the units' indices, then fewer units first. */
static int by_weight(const void *a, const void *b)
{
    const struct hs_share *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    for (uint32_t i = 0; i < x->unit_count && i < y->unit_count; i++)
        if (x->units[i] != y->units[i])
            return x->units[i] < y->units[i] ? -1 : 1;
    if (x->unit_count != y->unit_count)
        return x->unit_count < y->unit_count ? -1 : 1;
    return (int)y->many - (int)x->many;
}

/* The weight of each set's share. */
static struct hs_share *weigh(const struct quotient *q, size_t sets)
{
    struct hs_share *by_set =
        hs_arena_zeroed(q->scratch, sets, sizeof(*by_set));

    for (uint32_t i = 0; i < q->tops; i++) {
        const struct hs_retained *retained = &q->dom->retained[q->top[i]];
        struct hs_share *share = &by_set[q->set[i]];

        share->bytes += retained->bytes;
        share->objects += retained->objects;
        share->top_count++;
    }
    return by_set;
}

/* One share per set that weighs anything; their tops in one array. */
static void make_shares(struct hs_sharing *sharing, const struct quotient *q,
                        const struct hs_setpool *pool, struct hs_arena *arena)
{
    size_t sets = pool->sets.count;
    struct hs_share *by_set = weigh(q, sets);
    struct hs_column shares = HS_COLUMN(struct hs_share, arena);
    uint32_t *tops = hs_arena_alloc(arena, q->tops * sizeof(*tops));
    uint32_t **next = hs_arena_zeroed(q->scratch, sets, sizeof(*next));

    for (uint32_t set = 0; set < sets; set++) {
        struct hs_share *share = &by_set[set];
        const uint32_t *units;
        uint32_t *copy;
        size_t size;

        next[set] = tops;
        share->tops = tops;
        tops += share->top_count;
        if (!share->bytes && !share->objects)
            continue;
        units = hs_setpool_at(pool, set, &share->unit_count);
        size = share->unit_count * sizeof(*units);
        copy = hs_arena_alloc(arena, size);
        share->units = size ? memcpy(copy, units, size) : copy;
        share->many = set == HS_SETPOOL_MANY;
        sharing->approximate |= share->many;
        hs_column_push(&shares, share);
    }
    for (uint32_t i = 0; i < q->tops; i++)
        *next[q->set[i]]++ = q->top[i];
    sharing->shares = shares.at;
    sharing->count = shares.count;
    if (shares.count)
        qsort(shares.at, shares.count, shares.size, by_weight);
}

void hs_sharing_find(struct hs_sharing *sharing, struct hs_dominators *dom,
                     const struct hs_sharing_plan *plan, struct hs_arena *arena)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct quotient q = {
        .dom = dom, .plan = plan, .scratch = &scratch, .mark = dom->mark};
    struct hs_setpool_limits limits = {
        .elements =
            plan->most_members ? plan->most_members : HS_SHARING_MOST_MEMBERS,
        .work = plan->most_work ? plan->most_work : HS_SHARING_MOST_WORK};
    struct hs_setpool pool;
    struct marks marks;

    *sharing = (struct hs_sharing){0};
    mark(&marks, &q);
    if (find_tops(&q, &marks)) {
        find_regions(&q, &marks);
        hs_setpool_init(&pool, plan->unit_count, limits, &scratch);
        propagate(&q, &pool);
        make_shares(sharing, &q, &pool, arena);
    }
    hs_arena_free(&scratch);
}
