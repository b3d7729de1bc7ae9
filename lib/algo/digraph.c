/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digraph.c - room for rows, and small graphs from lists of edges.
 */
#include "algo/digraph.h"

#include <inttypes.h>
#include <string.h>

bool hs_digraph_reserve(struct hs_digraph *graph, uint64_t row_words,
                        struct hs_arena *arena, struct hs_err *err)
{
    /* One word below the limit, so that the end of the last row is a
     * position too and an index into anything may exceed all of them. */
    if (row_words >= UINT32_MAX - HS_DIGRAPH_FIRST)
        return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                       "the graph needs %" PRIu64
                       " words of 32 bits, more than 2^32",
                       row_words);
    *graph = (struct hs_digraph){.used = row_words + HS_DIGRAPH_FIRST};
    /* Who looks ahead may read a first edge that the last row does not have. */
    graph->room = graph->used + HS_ROW_HEAD;
    graph->words = hs_arena_alloc(arena, graph->room * sizeof(uint32_t));
    graph->words[0] = 0;
    memset(graph->words + graph->used, 0, HS_ROW_HEAD * sizeof(uint32_t));
    return true;
}

void hs_digraph_release(struct hs_digraph *graph, struct hs_arena *arena)
{
    hs_arena_release(arena, graph->words, graph->room * sizeof(uint32_t));
    graph->words = NULL;
}

/* Where each row starts, and the sum of all; degrees are in POSITIONS. */
static uint64_t place(const struct hs_digraph_plan *plan, uint32_t *positions)
{
    uint64_t at = HS_DIGRAPH_FIRST;

    for (uint32_t i = 0; i < plan->nodes; i++) {
        uint64_t words =
            hs_row_words(plan->bytes ? plan->bytes[i] : 0,
                         plan->objects ? plan->objects[i] : 1, positions[i]);

        positions[i] = (uint32_t)at;
        at += words;
    }
    return at - HS_DIGRAPH_FIRST;
}

static void write_rows(struct hs_digraph *graph,
                       const struct hs_digraph_plan *plan,
                       const uint32_t *degrees)
{
    for (uint32_t i = 0; i < plan->nodes; i++) {
        uint64_t bytes = plan->bytes ? plan->bytes[i] : 0;
        uint32_t objects = plan->objects ? plan->objects[i] : 1;

        hs_row_write(graph->words + graph->positions[i], bytes, objects,
                     degrees[i]);
        graph->bytes += bytes;
        graph->objects += objects;
    }
}

bool hs_digraph_build(struct hs_digraph *graph,
                      const struct hs_digraph_plan *plan,
                      struct hs_arena *arena, struct hs_err *err)
{
    uint32_t *positions, *degrees;
    uint64_t words;

    positions = hs_arena_zeroed(arena, plan->nodes, sizeof(*positions));
    degrees = hs_arena_zeroed(arena, plan->nodes, sizeof(*degrees));
    if (plan->edge_count >= UINT32_MAX)
        return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                       "the graph has %zu edges, more than 2^32",
                       plan->edge_count);
    for (size_t i = 0; i < plan->edge_count; i++)
        positions[plan->edges[i].from]++;
    memcpy(degrees, positions, plan->nodes * sizeof(*degrees));
    words = place(plan, positions);
    if (!hs_digraph_reserve(graph, words, arena, err))
        return false;
    graph->positions = positions;
    graph->nodes = plan->nodes;
    write_rows(graph, plan, degrees);
    /* Backwards, counting each degree down: edges keep their order. */
    for (size_t i = plan->edge_count; i-- > 0;) {
        uint32_t from = plan->edges[i].from;
        struct hs_row row = hs_digraph_row(graph, positions[from]);

        row.edges[--degrees[from]] = positions[plan->edges[i].to];
    }
    hs_arena_release(arena, degrees, plan->nodes * sizeof(*degrees));
    return true;
}
