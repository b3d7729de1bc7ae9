/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_rows.c - the last step to a digraph: rows for holders.
 */
#include <string.h>

#include "algo/retention_impl.h"
#include "base/pages.h"

/* How many children HOLDER has. */
static uint32_t children_of(const struct hs_holders *holders, uint32_t holder)
{
    return holders->holders[holder + 1].first_child -
           holders->holders[holder].first_child;
}

/* Writes the row of HOLDER; *EDGE is its first edge to another holder.  Rows
 * of holders have their targets' vertices until all have positions. */
static uint32_t *write_holder(struct retention_work *work, uint32_t holder,
                              size_t *edge, uint32_t *row)
{
    const struct hs_holders *all = work->holders;
    const struct hs_holder *h = &all->holders[holder];
    const uint32_t *cleanups = work->cleanups.at;
    uint32_t base = work->r->vertices, degree;
    size_t first = *edge, found = 0;

    while (*edge < all->edge_count && all->edges[*edge].from == holder)
        ++*edge;
    degree = children_of(all, holder) + (h[1].first_root - h->first_root) +
             (uint32_t)(*edge - first);
    if (h->kind == HS_HOLDER_CLEANUPS)
        found = work->cleanups.count;
    degree += (uint32_t)found;
    row = hs_row_write(row, 0, 0, degree);
    for (uint32_t child = h->first_child; child < h[1].first_child; child++)
        *row++ = base + child;
    for (size_t i = first; i < *edge; i++)
        *row++ = base + all->edges[i].to;
    for (uint32_t i = h->first_root; i < h[1].first_root; i++)
        *row++ = hs_retention_vertex(
            work->r->groups,
            hs_heap_slot_of(work->store, all->roots[i].object));
    for (size_t i = 0; i < found; i++)
        *row++ = hs_retention_vertex(work->r->groups, cleanups[i]);
    return row;
}

static void write_holders(struct retention_work *work)
{
    uint32_t *words = work->r->graph.words, *row = words + work->holders_at;
    uint32_t count = (uint32_t)work->holders->holder_count;
    uint64_t at = work->holders_at, end;
    size_t edge = 0;

    for (uint32_t holder = 0; holder < count; holder++) {
        work->r->positions[work->r->vertices + holder] =
            (uint32_t)(row - words);
        row = write_holder(work, holder, &edge, row);
    }
    end = (uint64_t)(row - words);
    while (at < end) {
        struct hs_row r = hs_row_read(words + at);

        for (uint32_t i = 0; i < r.degree; i++)
            r.edges[i] = work->r->positions[r.edges[i]];
        at = (uint64_t)(r.edges - words) + r.degree;
    }
    work->r->graph.nodes += count;
}

void hs_retention_rows(struct retention_work *work)
{
    struct hs_digraph *graph = &work->r->graph;

    hs_retention_each(work, hs_retention_link);
    hs_arena_release(work->scratch, work->marks[0],
                     work->store->group_count * sizeof(*work->marks[0]));
    for (unsigned i = 0; i < work->part_count; i++) {
        const struct retention_part *part = &work->parts[i];

        /* Longer rows stood there before they were folded. */
        if (graph->used * sizeof(uint32_t) >= HS_ARENA_LARGE)
            hs_pages_forget(graph->words + part->used,
                            graph->words + part->segment_end);
        graph->bytes += part->bytes;
        graph->nodes -= part->taken;
    }
    write_holders(work);
    graph->objects = (uint64_t)work->r->vertices + work->r->folded;
}
