/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.c - the plain way from a heap to who retains what.
 *
 * One node for each object and holder, one edge for each pointer: slow and
 * large, but short.  To be replaced by compact rows; the interface stays.
 */
#include "algo/retention.h"

#include <stdlib.h>

#include "algo/bfs.h"
#include "algo/digraph.h"
#include "algo/sharing.h"
#include "model/heap_walk.h"

struct hs_retention {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    struct hs_digraph graph;
    struct hs_dominators dom;
    uint32_t *node_of; /* by number */
    uint32_t *parents; /* by number */
    uint64_t *owned;   /* by holder */
    struct hs_shared *shared;
    size_t shared_count;
};

struct maker {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    struct hs_column edges;
    struct hs_bitset muted, captive;
    uint32_t objects;
};

static void add_edge(struct maker *m, uint32_t from, uint32_t to)
{
    hs_column_push(&m->edges, &(struct hs_edge){from, to});
}

static void add_object_edges(struct maker *m)
{
    struct hs_heap_walk walk;
    const struct hs_memory *memory;

    hs_heap_walk_init(&walk, m->heap, 0, m->objects);
    while ((memory = hs_heap_walk_next(&walk))) {
        struct hs_fields fields = hs_fields_of(memory);
        uint64_t offset;

        if (hs_bitset_has(&m->muted, walk.object))
            continue;
        while (hs_fields_next(&fields, &offset)) {
            uint32_t to;

            if (memory->size < m->heap->pointer_size ||
                offset > memory->size - m->heap->pointer_size)
                continue;
            to = hs_heap_find(m->heap,
                              hs_heap_word(m->heap, memory->bytes + offset));
            if (to != HS_NO_OBJECT && !hs_bitset_has(&m->captive, to))
                add_edge(m, walk.object, to);
        }
    }
}

static void add_holder_edges(struct maker *m)
{
    const struct hs_holder *all = m->holders->holders;

    for (uint32_t h = 0; h < m->holders->holder_count; h++) {
        for (uint32_t c = all[h].first_child; c < all[h + 1].first_child; c++)
            add_edge(m, m->objects + h, m->objects + c);
        for (uint32_t r = all[h].first_root; r < all[h + 1].first_root; r++)
            add_edge(m, m->objects + h, m->holders->roots[r].object);
    }
    for (size_t e = 0; e < m->holders->edge_count; e++)
        add_edge(m, m->objects + m->holders->edges[e].from,
                 m->objects + m->holders->edges[e].to);
}

static bool build(struct hs_retention *r, struct maker *m,
                  struct hs_arena *arena, struct hs_arena *scratch,
                  struct hs_err *err)
{
    uint32_t nodes = m->objects + (uint32_t)m->holders->holder_count;
    uint64_t *bytes = hs_arena_zeroed(scratch, nodes + 1, sizeof(*bytes));
    uint32_t *objects = hs_arena_zeroed(scratch, nodes + 1, sizeof(*objects));
    struct hs_digraph_plan plan = {
        .nodes = nodes, .bytes = bytes, .objects = objects};

    for (uint32_t i = 0; i < m->objects; i++) {
        bytes[i] = hs_heap_size(m->heap, i);
        objects[i] = 1;
    }
    plan.edges = m->edges.at;
    plan.edge_count = m->edges.count;
    if (!hs_digraph_build(&r->graph, &plan, arena, err))
        return false;
    if (!hs_dominators_find(&r->dom, &r->graph, r->graph.positions[m->objects],
                            arena, err))
        return false;
    r->node_of = hs_dominators_nodes(&r->dom, arena);
    return true;
}

static uint32_t number_of(const struct hs_retention *r, uint32_t node)
{
    return hs_digraph_number(&r->graph, r->graph.positions[node]);
}

static uint32_t holder_number(const struct hs_retention *r, uint32_t holder)
{
    return number_of(r, hs_heap_count(r->heap) + holder);
}

static void find_parents(struct hs_retention *r, struct hs_arena *arena,
                         struct hs_arena *scratch)
{
    struct hs_bitset deferred =
        hs_bitset_new((uint64_t)r->dom.count + 1, scratch);

    for (uint32_t h = 0; h < r->holders->holder_count; h++)
        if (r->holders->holders[h].deferred && holder_number(r, h))
            hs_bitset_add(&deferred, holder_number(r, h));
    r->parents = hs_bfs_parents(&r->dom, &deferred, arena);
}

static uint64_t count_units(const struct hs_holders *holders)
{
    uint64_t count = 0;

    for (size_t h = 0; h < holders->holder_count; h++)
        count += holders->holders[h].unit;
    return count;
}

static void credit_owner(struct hs_retention *r, const struct hs_shared *row)
{
    uint32_t owner = UINT32_MAX, others = 0;

    for (uint32_t i = 0; i < row->holder_count; i++)
        if (r->holders->holders[row->holders[i]].kind != HS_HOLDER_GROUP) {
            owner = row->holders[i];
            others++;
        }
    if (others == 1 && !row->approximate)
        r->owned[owner] += row->bytes;
}

static void find_sharing(struct hs_retention *r, struct hs_arena *arena,
                         struct hs_arena *scratch)
{
    size_t units = count_units(r->holders), n = 0;
    uint32_t *numbers = hs_arena_zeroed(scratch, units + 1, 4);
    uint32_t *holders = hs_arena_zeroed(scratch, units + 1, 4);
    struct hs_sharing_plan plan = {.units = numbers, .threads = 1};
    struct hs_sharing sharing;

    for (uint32_t h = 0; h < r->holders->holder_count; h++)
        if (r->holders->holders[h].unit) {
            holders[n] = h;
            numbers[n++] = holder_number(r, h);
        }
    plan.unit_count = (uint32_t)units;
    hs_sharing_find(&sharing, &r->dom, &plan, scratch);
    r->shared = hs_arena_zeroed(arena, sharing.count + 1, sizeof(*r->shared));
    r->owned = hs_arena_zeroed(arena, r->holders->holder_count + 1, 8);
    for (uint32_t h = 0; h < r->holders->holder_count; h++)
        r->owned[h] = r->dom.retained[holder_number(r, h)].bytes;
    for (size_t i = 0; i < sharing.count; i++) {
        const struct hs_share *share = &sharing.shares[i];
        struct hs_shared *row = &r->shared[r->shared_count++];
        uint32_t *set = hs_arena_zeroed(arena, share->unit_count + 1, 4);

        for (uint32_t u = 0; u < share->unit_count; u++)
            set[u] = holders[share->units[u]];
        *row = (struct hs_shared){.holders = set,
                                  .holder_count = share->unit_count,
                                  .bytes = share->bytes,
                                  .objects = share->objects,
                                  .approximate = share->many};
        credit_owner(r, row);
    }
}

bool hs_retention_new(const struct hs_heap *heap,
                      const struct hs_holders *holders, unsigned threads,
                      struct hs_arena *arena, struct hs_arena *scratch,
                      struct hs_retention **retention, struct hs_err *err)
{
    struct hs_retention *r = hs_arena_zeroed(arena, 1, sizeof(*r));
    struct maker m = {.heap = heap,
                      .holders = holders,
                      .objects = hs_heap_count(heap),
                      .edges = HS_COLUMN(struct hs_edge, scratch)};

    (void)threads;
    r->heap = heap;
    r->holders = holders;
    m.muted = hs_bitset_new((uint64_t)m.objects + 1, scratch);
    m.captive = hs_bitset_new((uint64_t)m.objects + 1, scratch);
    for (size_t i = 0; i < holders->muted_count; i++)
        hs_bitset_add(&m.muted, holders->muted[i]);
    for (size_t i = 0; i < holders->captive_count; i++)
        hs_bitset_add(&m.captive, holders->captive[i]);
    add_object_edges(&m);
    add_holder_edges(&m);
    if (!build(r, &m, arena, scratch, err))
        return false;
    find_parents(r, arena, scratch);
    find_sharing(r, arena, scratch);
    *retention = r;
    return true;
}

struct hs_totals hs_retention_totals(const struct hs_retention *r)
{
    struct hs_totals t = {.objects = hs_heap_count(r->heap),
                          .bytes = r->graph.bytes,
                          .unreachable_objects = r->dom.lost_objects,
                          .unreachable_bytes = r->dom.lost_bytes};

    t.reachable_objects = t.objects - t.unreachable_objects;
    t.reachable_bytes = t.bytes - t.unreachable_bytes;
    return t;
}

uint32_t hs_retention_holder(const struct hs_retention *r, uint32_t holder)
{
    return hs_heap_count(r->heap) + holder;
}

bool hs_retention_reached(const struct hs_retention *r, uint32_t node)
{
    return number_of(r, node) != 0;
}

uint64_t hs_retention_bytes(const struct hs_retention *r, uint32_t node)
{
    uint32_t number = number_of(r, node);

    if (!number && node < hs_heap_count(r->heap))
        return hs_heap_size(r->heap, node);
    return r->dom.retained[number].bytes;
}

uint64_t hs_retention_objects(const struct hs_retention *r, uint32_t node)
{
    uint32_t number = number_of(r, node);

    return number ? r->dom.retained[number].objects
                  : node < hs_heap_count(r->heap);
}

uint32_t hs_retention_dominator(const struct hs_retention *r, uint32_t node)
{
    uint32_t above = r->dom.idom[number_of(r, node)];

    return above && number_of(r, node) ? r->node_of[above] : HS_NO_NODE;
}

uint32_t hs_retention_parent(const struct hs_retention *r, uint32_t node)
{
    uint32_t before = r->parents[number_of(r, node)];

    return before && number_of(r, node) ? r->node_of[before] : HS_NO_NODE;
}

uint32_t hs_retention_children(const struct hs_retention *r, uint32_t node,
                               uint32_t *nodes, uint32_t most, uint32_t *all)
{
    uint32_t number = number_of(r, node), found;

    *all = 0;
    if (!number)
        return 0;
    found = hs_dominators_children(&r->dom, number, nodes, most, all);
    for (uint32_t i = 0; i < found; i++)
        nodes[i] = r->node_of[nodes[i]];
    return found;
}

uint64_t hs_retention_owned(const struct hs_retention *r, uint32_t holder)
{
    return r->owned[holder];
}

const struct hs_shared *hs_retention_shared(const struct hs_retention *r,
                                            size_t *count)
{
    *count = r->shared_count;
    return r->shared;
}

const struct hs_dominators *hs_retention_numbers(const struct hs_retention *r)
{
    return &r->dom;
}

uint32_t hs_retention_number(const struct hs_retention *r, uint32_t node)
{
    return number_of(r, node);
}

uint32_t hs_retention_node(const struct hs_retention *r, uint32_t number)
{
    return r->node_of[number];
}
