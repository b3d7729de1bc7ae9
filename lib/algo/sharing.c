/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing.c - sets of holders, propagated over a quotient of the graph.
 *
 * The dominator tree falls into *regions*: the nodes above units, one region
 * per unit (its dominator subtree), and one per *top*, a node that no unit
 * dominates while its idom is above units.  An edge from another region can
 * only lead to a region's top, and all of a region is reached from there, so
 * the regions are the nodes of a small graph that says as much about reach as
 * the whole one.  Only edges into tops are collected.
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
/* Edges just seen, to drop repeated ones early. */
#define RECENT 512u

struct quotient {
    const struct hs_dominators *dom;
    const struct hs_sharing_plan *plan;
    struct hs_arena *scratch;
    struct hs_retained *node; /* by number; .mark, still ABOVE, is its region */
    struct hs_bitset is_top;
    uint32_t tops;
    uint32_t *top;   /* their numbers, ascending */
    uint32_t *first; /* by top: where in FROM its predecessors start */
    uint32_t *from;  /* regions; one may come more than once */
    uint32_t *set;   /* by top: the units that reach it, or PENDING */
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

    q->is_top = hs_bitset_new((uint64_t)count + 1, q->scratch);
    for (uint32_t i = 0; i < plan->unit_count; i++) {
        uint32_t unit = plan->units[i];

        if (unit && !q->node[unit].mark && !hs_bitset_has(&marks->below, unit))
            q->node[unit].mark = i + 1;
    }
    for (uint32_t i = 0; i < q->tops; i++) {
        hs_bitset_add(&q->is_top, q->top[i]);
        q->node[q->top[i]].mark = ++region;
    }
    for (uint32_t v = 2; v <= count; v++)
        if (!q->node[v].mark)
            q->node[v].mark = q->node[idom[v]].mark;
}

/* Edges of the quotient as they are found. */
struct collection {
    struct hs_column edges;  /* uint64_t: top << 32 | region */
    uint64_t recent[RECENT]; /* UINT64_MAX: none */
};

/* Takes the edge from node FROM to TO if it leads to a top from another
 * region. */
static inline void collect(const struct quotient *q, struct collection *c,
                           uint32_t from, uint32_t to)
{
    uint32_t region = q->node[from].mark;
    uint64_t edge, *recent;

    if (region == ABOVE || !hs_bitset_has(&q->is_top, to) ||
        q->node[to].mark == region)
        return;
    edge =
        (uint64_t)(q->node[to].mark - q->plan->unit_count - 1) << 32 | region;
    recent = &c->recent[(edge * 0x9e3779b97f4a7c15u) >> 55];
    if (*recent != edge)
        hs_column_push(&c->edges, &edge);
    *recent = edge;
}

/* Deals the collected edges out to their targets. */
static void list_predecessors(struct quotient *q, const struct hs_column *edges)
{
    const uint64_t *edge = edges->at;
    size_t room = (size_t)q->tops + 2;
    uint32_t *first = hs_arena_zeroed(q->scratch, room, sizeof(*first));

    for (size_t i = 0; i < edges->count; i++)
        first[(edge[i] >> 32) + 2]++;
    for (size_t top = 2; top < room; top++)
        first[top] += first[top - 1];
    q->from = hs_arena_alloc(q->scratch, edges->count * sizeof(*q->from));
    for (size_t i = 0; i < edges->count; i++)
        q->from[first[(edge[i] >> 32) + 1]++] = (uint32_t)edge[i];
    q->first = first;
}

/* An edge into a top is in the depth-first tree or among the others. */
static void collect_edges(struct quotient *q)
{
    const struct hs_arcs *arcs = &q->dom->arcs;
    size_t words = (size_t)hs_bitset_words(arcs->has.bits);
    struct collection c = {.edges = HS_COLUMN(uint64_t, q->scratch)};

    memset(c.recent, 0xff, sizeof(c.recent));
    for (uint32_t i = 0; i < q->tops; i++)
        collect(q, &c, arcs->up[q->top[i]], q->top[i]);
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = arcs->has.words[w]; bits; bits &= bits - 1) {
            uint32_t from =
                (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits);
            const uint32_t *end, *to = hs_arcs_of(arcs, from, &end);

            for (; to < end; to++)
                collect(q, &c, from, *to);
        }
    }
    list_predecessors(q, &c.edges);
}

/* Tarjan's algorithm; the trail is the path of calls, were it recursive. */
struct search {
    uint32_t *order, *low; /* by top; order 0: not seen yet */
    uint32_t *at;          /* by top: the next edge to look at */
    uint32_t *stack, *trail;
    uint32_t depth, height, seen;
    struct hs_column ids; /* of sets that lead to a component */
};

static void enter(struct search *search, const struct quotient *q, uint32_t top)
{
    search->order[top] = search->low[top] = ++search->seen;
    search->at[top] = q->first[top];
    search->stack[search->height++] = top;
    search->trail[search->depth++] = top;
}

/* The component down to TOP is complete, and so is all that leads to it. */
static void finish(struct search *search, struct quotient *q,
                   struct hs_setpool *pool, uint32_t top)
{
    uint32_t units = q->plan->unit_count, bottom = search->height, set;

    while (search->stack[--bottom] != top)
        ;
    search->ids.count = 0;
    for (uint32_t i = bottom; i < search->height; i++) {
        uint32_t member = search->stack[i];

        for (uint32_t e = q->first[member]; e < q->first[member + 1]; e++) {
            uint32_t from = q->from[e];

            set = from <= units ? hs_setpool_single(pool, from - 1)
                                : q->set[from - units - 1];
            if (set != PENDING)
                hs_column_push(&search->ids, &set);
        }
    }
    set = hs_setpool_union(pool, search->ids.at, search->ids.count);
    while (search->height > bottom)
        q->set[search->stack[--search->height]] = set;
}

/* Follows the next edge of the last top on the trail, or leaves it. */
static void step(struct search *search, struct quotient *q,
                 struct hs_setpool *pool)
{
    uint32_t top = search->trail[search->depth - 1];
    uint32_t units = q->plan->unit_count, from, up;

    if (search->at[top] < q->first[top + 1]) {
        from = q->from[search->at[top]++];
        if (from <= units)
            return;
        from -= units + 1;
        if (!search->order[from])
            enter(search, q, from);
        else if (q->set[from] == PENDING &&
                 search->order[from] < search->low[top])
            search->low[top] = search->order[from];
        return;
    }
    search->depth--;
    if (search->low[top] == search->order[top])
        finish(search, q, pool, top);
    if (search->depth == 0)
        return;
    up = search->trail[search->depth - 1];
    if (search->low[top] < search->low[up])
        search->low[up] = search->low[top];
}

static void propagate(struct quotient *q, struct hs_setpool *pool)
{
    struct search search = {.ids = HS_COLUMN(uint32_t, q->scratch)};
    size_t size = q->tops * sizeof(uint32_t);

    search.order = hs_arena_zeroed(q->scratch, q->tops, sizeof(uint32_t));
    search.low = hs_arena_alloc(q->scratch, size);
    search.at = hs_arena_alloc(q->scratch, size);
    search.stack = hs_arena_alloc(q->scratch, size);
    search.trail = hs_arena_alloc(q->scratch, size);
    q->set = hs_arena_alloc(q->scratch, size);
    memset(q->set, 0xff, size);
    for (uint32_t top = 0; top < q->tops; top++) {
        if (search.order[top])
            continue;
        enter(&search, q, top);
        while (search.depth)
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
        .dom = dom, .plan = plan, .scratch = &scratch, .node = dom->retained};
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
        collect_edges(&q);
        hs_setpool_init(&pool, plan->unit_count, limits, &scratch);
        propagate(&q, &pool);
        make_shares(sharing, &q, &pool, arena);
    }
    hs_arena_free(&scratch);
}
