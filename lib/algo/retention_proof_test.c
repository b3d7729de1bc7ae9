/* SPDX-License-Identifier: Apache-2.0 */
/* retention_proof_test.c - see retention_proof_test.h. */
#include "algo/retention_proof_test.h"

#include <string.h>

#include "algo/certify_test.h"
#include "algo/retention_impl.h"
#include "base/test.h"

/* What leads to each number, one behind another, is in GRAPH as often as in
 * ARCS. */
static const char *compare_arcs(const struct certify_graph *graph,
                                const struct hs_arcs *arcs,
                                struct hs_arena *arena)
{
    uint64_t *sum = hs_arena_zeroed(arena, (size_t)graph->count + 1, 8);
    uint64_t *mix = hs_arena_zeroed(arena, (size_t)graph->count + 1, 8);

    /* Two sums of the same numbers: that they agree for others is unlikely. */
    for (uint32_t from = 1; from <= graph->count; from++) {
        for (uint64_t i = graph->first[from]; i < graph->first[from + 1]; i++) {
            if (graph->to[i] == from)
                continue;
            sum[graph->to[i]] += from;
            mix[graph->to[i]] += (uint64_t)from * from * from + 1;
        }
    }
    for (uint32_t to = 1; to <= graph->count; to++) {
        uint64_t up = arcs->up[to];
        uint32_t *end, *in = hs_arc_lists_at(&arcs->in, to, &end);

        sum[to] -= up;
        mix[to] -= to == 1 ? 0 : up * up * up + 1;
        for (; in < end; in++) {
            sum[to] -= *in;
            mix[to] -= (uint64_t)*in * *in * *in + 1;
        }
        if (sum[to] || mix[to])
            return "the arcs are not the edges";
    }
    return NULL;
}

static const char *compare(const struct hs_dominators *one,
                           const struct hs_dominators *two)
{
    if (one->count != two->count)
        return "not as many nodes";
    for (uint32_t v = 1; v <= one->count; v++) {
        if (one->idom[v] != two->idom[v])
            return "another idom";
        if (one->retained[v].bytes != two->retained[v].bytes ||
            one->retained[v].objects != two->retained[v].objects)
            return "another retained size";
        if (hs_bitset_has(&one->joined, v) != hs_bitset_has(&two->joined, v))
            return "something folded, or not";
    }
    return NULL;
}

const char *retention_proof(const struct hs_heap *heap,
                            const struct hs_holders *holders, unsigned threads,
                            const struct hs_retention *retention)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_retention again = {.heap = heap,
                                 .holders = holders,
                                 .arena = &arena,
                                 .objects = heap->store->count};
    struct retention_work work = {.r = &again,
                                  .heap = heap,
                                  .store = heap->store,
                                  .holders = holders,
                                  .scratch = &arena,
                                  .threads = threads};
    const struct hs_dominators *dom = hs_retention_numbers(retention);
    struct hs_err err = HS_ERR_NONE;
    struct certify_graph graph;
    const char *wrong;

    CHECK(hs_retention_graph(&work, &err));
    CHECK(hs_dominators_find(&again.dom, &again.graph,
                             again.positions[again.vertices], &arena, &err));
    wrong = certify_dominators(&again.dom, again.positions[again.vertices]);
    if (!wrong)
        wrong = compare(&again.dom, dom);
    if (!wrong) {
        graph = certify_graph_of(&again.dom, again.positions[again.vertices],
                                 &arena);
        wrong = compare_arcs(&graph, &dom->arcs, &arena);
    }
    hs_arena_free(&arena);
    return wrong;
}
