/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domtree.c - questions about a dominator tree that is there already.
 */
#include "algo/dominators.h"

void hs_dominators_lay_out(struct hs_dominators_index *index,
                           const struct hs_dominators *dom,
                           struct hs_arena *arena)
{
    size_t room = (size_t)dom->count + 1;
    uint32_t *place = hs_arena_alloc(arena, room * sizeof(*place));
    uint32_t *span = hs_arena_alloc(arena, room * sizeof(*span));

    for (uint32_t v = 0; v <= dom->count; v++)
        span[v] = 1;
    /* A node's children stand behind one another after it.  Going down, what
     * its later children span is where the next one starts, seen from it. */
    for (uint32_t v = dom->count; v > 1; v--) {
        place[v] = span[dom->idom[v]];
        span[dom->idom[v]] += span[v];
    }
    place[0] = UINT32_MAX;
    place[1] = 0;
    for (uint32_t v = 2; v <= dom->count; v++)
        place[v] += place[dom->idom[v]];
    *index = (struct hs_dominators_index){place, span};
}

uint32_t *hs_dominators_nodes(const struct hs_dominators *dom,
                              struct hs_arena *arena)
{
    const struct hs_digraph *graph = dom->graph;
    size_t room = (size_t)dom->count + 1;
    uint32_t *nodes = hs_arena_alloc(arena, room * sizeof(*nodes));

    nodes[0] = UINT32_MAX;
    for (uint32_t i = 0; i < graph->nodes; i++)
        if (hs_digraph_number(graph, graph->positions[i]))
            nodes[hs_digraph_number(graph, graph->positions[i])] = i;
    return nodes;
}
