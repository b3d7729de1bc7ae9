/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_graph.c - edges from stacks, dominators, and which of them to tell.
 *
 * Edges are a matrix of bits: at most 1,024 functions are in the graph, so
 * that the matrix (128 KiB) stays in the cache while a million stacks of thirty
 * frames are walked.
 */
#include "algo/profile_graph.h"

#include "algo/dominators.h"
#include "base/parallel.h"
#include "model/goname.h"

#include <stdlib.h>

#define MOST_NODES 1024 /* with the super-root, number 0 */
#define WORDS      (MOST_NODES / 64)
#define SEVERAL    UINT16_MAX

/* Fewer samples are walked before a thread has started. */
#define WORTH_THREADS 50000

struct graph {
    const struct hs_profile_view *view;
    uint16_t *kept;   /* by view node: its number in the graph, 0 if none */
    uint16_t *only;   /* by location: the number that it expands to, 0 if
                       * none, or SEVERAL */
    uint32_t *node;   /* by number in the graph: the view's node */
    __int128 *flat;   /* by number; never negative */
    uint64_t *matrix; /* MOST_NODES rows of WORDS */
    size_t type;
    size_t edge_count;
    uint32_t count;
    bool go; /* some names have packages: those without are assembly */
};

/* Keeps the nodes with the biggest cum values. */
static void keep(struct graph *graph, const struct hs_profile_sums *sums,
                 struct hs_arena *arena)
{
    size_t count;
    uint32_t *order = hs_profile_order(graph->view, sums, true, MOST_NODES - 1,
                                       &count, arena);

    if (count > MOST_NODES - 1)
        count = MOST_NODES - 1;
    graph->count = (uint32_t)count + 1;
    for (uint32_t i = 1; i < graph->count; i++) {
        graph->node[i] = order[i - 1];
        graph->kept[order[i - 1]] = (uint16_t)i;
        graph->go |=
            hs_goname_package(graph->view->nodes[order[i - 1]].function).size >
            0;
    }
}

static void add_edge(struct graph *graph, uint32_t from, uint32_t to)
{
    graph->matrix[from * WORDS + to / 64] |= (uint64_t)1 << to % 64;
}

/* Most locations stand for one function: their frames need but one look. */
static void fill_only(struct graph *graph)
{
    const struct hs_profile_view *view = graph->view;

    for (size_t l = 0; l < view->profile->location_count; l++)
        for (uint32_t e = view->expand_start[l]; e < view->expand_start[l + 1];
             e++) {
            uint16_t number = graph->kept[view->expand[e]];

            if (number)
                graph->only[l] = graph->only[l] ? SEVERAL : number;
        }
}

/* Adds the edges to and within LOCATION, which expands to several nodes. */
static uint32_t add_inlined(struct graph *graph, uint32_t from,
                            uint32_t location)
{
    const struct hs_profile_view *view = graph->view;
    uint32_t start = view->expand_start[location];

    for (uint32_t e = view->expand_start[location + 1]; e-- > start;) {
        uint32_t to = graph->kept[view->expand[e]];

        if (to == 0 || to == from)
            continue;
        add_edge(graph, from, to);
        from = to;
    }
    return from;
}

/* Adds the edges of one stack; returns its innermost node in the graph. */
static uint32_t add_stack(struct graph *graph, uint64_t first, uint64_t end)
{
    const uint32_t *frames = graph->view->profile->frames;
    uint32_t from = 0;

    while (end-- > first) {
        uint32_t to = graph->only[frames[end]];

        if (to == SEVERAL) {
            from = add_inlined(graph, from, frames[end]);
        } else if (to != 0 && to != from) {
            add_edge(graph, from, to);
            from = to;
        }
    }
    return from;
}

/* One thread's share of the samples, into a matrix of its own. */
struct walk {
    unsigned parts;
    struct graph part[2];
};

static void add_stacks(void *context, unsigned number)
{
    struct walk *walk = context;
    struct graph *graph = &walk->part[number];
    const struct hs_profile *profile = graph->view->profile;
    size_t count = profile->sample_count;
    size_t s = hs_parallel_share(count, number, walk->parts);
    size_t to = hs_parallel_share(count, number + 1, walk->parts);
    uint64_t first, end;

    for (; s < to; s++) {
        int64_t value = profile->values[s * profile->type_count + graph->type];
        uint32_t leaf;

        if (value == 0 || !hs_view_stack(graph->view, s, &first, &end) ||
            first == end)
            continue;
        leaf = add_stack(graph, first, end);
        if (value > 0)
            graph->flat[leaf] += value;
    }
}

static void walk_all(struct graph *graph, struct hs_arena *arena)
{
    struct walk walk = {.parts = 1, .part = {*graph, *graph}};
    const struct graph *other = &walk.part[1];

    if (graph->view->profile->sample_count >= WORTH_THREADS &&
        hs_parallel_processors() > 1) {
        walk.parts = 2;
        walk.part[1].matrix =
            hs_arena_zeroed(arena, MOST_NODES * WORDS, sizeof(uint64_t));
        walk.part[1].flat =
            hs_arena_zeroed(arena, MOST_NODES, sizeof(__int128));
    }
    hs_parallel_run(walk.parts, add_stacks, &walk);
    for (uint32_t i = 0; walk.parts > 1 && i < graph->count; i++)
        graph->flat[i] += other->flat[i];
    for (uint32_t i = 0; walk.parts > 1 && i < graph->count * WORDS; i++)
        graph->matrix[i] |= other->matrix[i];
}

/* What the super-root has an edge to is dominated by nothing else, nor is what
 * lies behind it by anything before it: other edges to it say nothing.  Where
 * stacks begin anywhere, those are nearly all. */
static void drop_needless(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->count * WORDS; i++) {
        if (i >= WORDS)
            graph->matrix[i] &= ~graph->matrix[i % WORDS];
        graph->edge_count += (size_t)__builtin_popcountll(graph->matrix[i]);
    }
}

static bool dominate(struct graph *graph, struct hs_dominators *dom,
                     struct hs_digraph *digraph, struct hs_arena *arena,
                     struct hs_err *err)
{
    struct hs_edge *edges =
        hs_arena_alloc(arena, graph->edge_count * sizeof(*edges));
    size_t used = 0;
    struct hs_digraph_plan plan = {
        .nodes = graph->count, .edges = edges, .edge_count = graph->edge_count};

    for (uint32_t i = 0; i < graph->count * WORDS; i++)
        for (uint64_t word = graph->matrix[i]; word; word &= word - 1)
            edges[used++] = (struct hs_edge){
                i / WORDS, i % WORDS * 64 + (uint32_t)__builtin_ctzll(word)};
    if (!hs_digraph_build(digraph, &plan, arena, err))
        return false;
    hs_arena_release(arena, edges, graph->edge_count * sizeof(*edges));
    return hs_dominators_find(dom, digraph, digraph->positions[0], arena, err);
}

/* From number V up to the first that is no function of Go's library; 0 if
 * there is none or it is an entry. */
static uint32_t owner(const struct graph *graph,
                      const struct hs_dominators *dom, const uint32_t *node_of,
                      uint32_t v)
{
    for (; v > 1; v = dom->idom[v]) {
        struct hs_str name =
            graph->view->nodes[graph->node[node_of[v]]].function;

        if (hs_goname_entry(name))
            return 0;
        if (!hs_goname_standard(name) &&
            (!graph->go || hs_goname_package(name).size > 0))
            return v;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct hs_gateway *x = a, *y = b;

    if (x->retained != y->retained)
        return x->retained > y->retained ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* Adds up what each number retains: a dominator has a smaller number than
 * what it dominates.  Not the graph's own sums, which have 64 bits. */
static __int128 *retain(const struct graph *graph,
                        const struct hs_dominators *dom,
                        const uint32_t *node_of, struct hs_arena *arena)
{
    __int128 *retained =
        hs_arena_zeroed(arena, dom->count + 1u, sizeof(*retained));

    for (uint32_t v = dom->count; v >= 1; v--) {
        retained[v] += graph->flat[node_of[v]];
        retained[dom->idom[v]] += retained[v];
    }
    return retained;
}

/* Picks the gateways out of the dominator tree. */
static void pick(const struct graph *graph, struct hs_dominators *dom,
                 struct hs_gateways *gateways, struct hs_arena *arena)
{
    const uint32_t *node_of = hs_dominators_nodes(dom, arena);
    const __int128 *retained = retain(graph, dom, node_of, arena);
    __int128 *best = hs_arena_zeroed(arena, dom->count + 1u, sizeof(*best));
    __int128 least = retained[1] / 100;

    gateways->list =
        hs_arena_alloc(arena, (dom->count + 1u) * sizeof(*gateways->list));
    for (uint32_t v = 2; v <= dom->count; v++) {
        gateways->retained[graph->node[node_of[v]]] = retained[v];
        if (best[dom->idom[v]] < retained[v])
            best[dom->idom[v]] = retained[v];
    }
    for (uint32_t v = 2; v <= dom->count; v++) {
        uint32_t own;

        if (retained[v] == 0 || retained[v] < least ||
            best[v] > retained[v] - retained[v] / 10)
            continue;
        own = owner(graph, dom, node_of, v);
        if (own == 0 || dom->mark[own])
            continue;
        dom->mark[own] = 1;
        gateways->list[gateways->count++] =
            (struct hs_gateway){graph->node[node_of[own]], retained[own]};
    }
    qsort(gateways->list, gateways->count, sizeof(*gateways->list), compare);
}

bool hs_profile_gateways(const struct hs_profile_view *view,
                         const struct hs_profile_sums *sums, size_t type,
                         struct hs_gateways *gateways, struct hs_arena *arena,
                         struct hs_err *err)
{
    struct graph graph = {
        .view = view,
        .type = type,
        .kept = hs_arena_zeroed(arena, view->node_count, sizeof(uint16_t)),
        .only = hs_arena_zeroed(arena, view->profile->location_count,
                                sizeof(uint16_t)),
        .node = hs_arena_zeroed(arena, MOST_NODES, sizeof(uint32_t)),
        .flat = hs_arena_zeroed(arena, MOST_NODES, sizeof(__int128)),
        .matrix = hs_arena_zeroed(arena, MOST_NODES * WORDS, sizeof(uint64_t)),
    };
    struct hs_dominators dom;
    struct hs_digraph digraph;

    *gateways = (struct hs_gateways){
        .retained = hs_arena_zeroed(arena, view->node_count, sizeof(__int128)),
    };
    keep(&graph, sums, arena);
    fill_only(&graph);
    walk_all(&graph, arena);
    drop_needless(&graph);
    if (!dominate(&graph, &dom, &digraph, arena, err))
        return false;
    pick(&graph, &dom, gateways, arena);
    return true;
}
