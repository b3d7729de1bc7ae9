/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domtree.c - questions about a dominator tree that is there already.
 */
#include "algo/dominators.h"

bool hs_dominates(const struct hs_dominators *dom, uint32_t above,
                  uint32_t number)
{
    while (number > above)
        number = dom->idom[number];
    return number == above;
}

/* True if A goes before B: it retains more, or as much and comes first. */
static bool before(const struct hs_dominators *dom, uint32_t a, uint32_t b)
{
    const struct hs_retained *x = &dom->retained[a], *y = &dom->retained[b];

    return x->bytes > y->bytes || (x->bytes == y->bytes && a < b);
}

/* Moves the entry at AT of the heap BEST, whose root goes last, down to where
 * it belongs. */
static void sift(const struct hs_dominators *dom, uint32_t *best, uint32_t size,
                 uint32_t at)
{
    for (uint32_t child; (child = 2 * at + 1) < size; at = child) {
        uint32_t swap = best[at];

        if (child + 1 < size && before(dom, best[child], best[child + 1]))
            child++;
        if (!before(dom, best[at], best[child]))
            break;
        best[at] = best[child];
        best[child] = swap;
    }
}

uint32_t hs_dominators_children(const struct hs_dominators *dom,
                                uint32_t parent, uint32_t *best, uint32_t k,
                                uint32_t *children)
{
    struct hs_row row = hs_digraph_row(dom->graph, dom->vertex[parent]);
    uint64_t bytes = dom->retained[parent].bytes - row.bytes;
    uint32_t objects = dom->retained[parent].objects - row.objects;
    uint32_t found = 0, kept = 0;

    for (uint32_t v = parent + 1; v <= dom->count && (bytes || objects); v++) {
        if (dom->idom[v] != parent)
            continue;
        bytes -= dom->retained[v].bytes;
        objects -= dom->retained[v].objects;
        found++;
        if (kept < k) {
            best[kept++] = v;
            for (uint32_t i = kept == k ? k / 2 : 0; i-- > 0;)
                sift(dom, best, k, i);
        } else if (k && before(dom, v, best[0])) {
            best[0] = v;
            sift(dom, best, k, 0);
        }
    }
    /* Fewer than K never became a heap. */
    for (uint32_t i = kept < k ? kept / 2 : 0; i-- > 0;)
        sift(dom, best, kept, i);
    for (uint32_t left = kept; left > 1; left--) {
        uint32_t last = best[0];

        best[0] = best[left - 1];
        best[left - 1] = last;
        sift(dom, best, left - 1, 0);
    }
    if (children)
        *children = found;
    return kept;
}

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
