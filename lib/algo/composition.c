/* SPDX-License-Identifier: Apache-2.0 */
/*
 * composition.c - labels run down the dominator tree, objects are counted by
 * the label of their node.
 *
 * Claims are disjoint (sharing.h), so that one label a node is enough.  A
 * folded object has no node of its own and takes the label of its dominator.
 */
#include "algo/composition.h"

#include <stdlib.h>
#include <string.h>

struct composing {
    const struct hs_claims *claims;
    const struct hs_types *types;
    const struct hs_retention *retention;
    const struct hs_dominators *dom;
    struct hs_arena *scratch;
    uint16_t *label;             /* by number: 1 + which claim, 0: none */
    struct hs_kind_share *cells; /* by claim, then by row */
};

static void mark(struct composing *m, uint32_t node, size_t claim)
{
    uint32_t number = hs_retention_number(m->retention, node);

    if (number)
        m->label[number] = (uint16_t)(claim + 1);
}

static void label_nodes(struct composing *m, size_t count)
{
    size_t shared_count;
    const struct hs_shared *shared =
        hs_retention_shared(m->retention, &shared_count);

    for (size_t i = 0; i < count; i++) {
        const struct hs_claim *claim = &m->claims->rows[i];

        if (claim->holder != HS_NO_RECORD)
            mark(m, hs_retention_holder(m->retention, claim->holder), i);
        for (uint32_t s = 0; s < claim->shared_count; s++) {
            const struct hs_shared *row = &shared[claim->shared[s]];

            for (uint32_t t = 0; t < row->top_count; t++)
                m->label[row->tops[t]] = (uint16_t)(i + 1);
        }
    }
    for (uint32_t v = 2; v <= m->dom->count; v++)
        if (!m->label[v])
            m->label[v] = m->label[m->dom->idom[v]];
}

/* 1 + the claim that OBJECT is part of, or 0. */
static uint16_t label_of(const struct composing *m, uint32_t object)
{
    uint32_t number = hs_retention_number(m->retention, object);

    if (number == 0) {
        uint32_t above = hs_retention_dominator(m->retention, object);

        if (above == HS_NO_NODE)
            return 0;
        number = hs_retention_number(m->retention, above);
    }
    return m->label[number];
}

static void count_objects(struct composing *m)
{
    struct hs_types_walk walk;

    hs_types_walk_init(&walk, m->types);
    while (hs_types_walk_next(&walk)) {
        uint16_t label = label_of(m, walk.object);
        struct hs_kind_share *cell;

        if (!label)
            continue;
        cell = &m->cells[(label - 1) * m->types->count + walk.row];
        cell->row = walk.row;
        cell->objects++;
        cell->bytes += walk.size;
    }
}

static bool before(const struct hs_types *types, const struct hs_kind_share *a,
                   const struct hs_kind_share *b)
{
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes;
    return hs_str_compare(types->rows[a->row].name, types->rows[b->row].name) <
           0;
}

/* The biggest of ROW's cells, in order, by insertion into a short list. */
static void pick(const struct hs_types *types,
                 const struct hs_kind_share *cells, struct hs_composition *into)
{
    for (size_t i = 0; i < types->count; i++) {
        uint32_t at = into->kind_count;

        if (cells[i].objects == 0)
            continue;
        if (at == HS_COMPOSITION_KINDS) {
            if (!before(types, &cells[i], &into->kinds[--at]))
                continue;
        } else {
            into->kind_count++;
        }
        for (; at > 0 && before(types, &cells[i], &into->kinds[at - 1]); at--)
            into->kinds[at] = into->kinds[at - 1];
        into->kinds[at] = cells[i];
    }
}

/* A sampled object of a claim. */
struct sampled {
    uint16_t label;
    const struct hs_stack_line *line; /* NULL: no stack */
};

static int by_label_and_line(const void *a, const void *b)
{
    const struct sampled *x = a, *y = b;

    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return hs_stack_line_compare(x->line, y->line);
}

static void find_origins(const struct composing *m,
                         const struct hs_allocations *allocations,
                         struct hs_composition *rows)
{
    size_t count = hs_allocations_count(allocations), kept = 0;
    struct sampled *all = hs_arena_zeroed(m->scratch, count + 1, sizeof(*all));

    for (size_t i = 0; i < count; i++) {
        uint32_t object = hs_allocations_object(allocations, i);
        uint32_t site = hs_allocations_site(allocations, object);

        all[kept].label = label_of(m, object);
        all[kept].line = hs_allocations_line(m->types->heap, site);
        kept += all[kept].label != 0;
    }
    qsort(all, kept, sizeof(*all), by_label_and_line);
    for (size_t i = 0, end; i < kept; i = end) {
        struct hs_origin *origin = &rows[all[i].label - 1].origin;

        for (end = i + 1;
             end < kept && by_label_and_line(&all[i], &all[end]) == 0; end++)
            continue;
        origin->sampled += (uint32_t)(end - i);
        if (all[i].line && end - i > origin->at_line) {
            origin->at_line = (uint32_t)(end - i);
            origin->line = all[i].line;
        }
    }
}

struct hs_composition *
hs_compositions_new(const struct hs_claims *claims, size_t count,
                    const struct hs_types *types,
                    const struct hs_retention *retention,
                    const struct hs_allocations *allocations,
                    struct hs_arena *arena, struct hs_arena *scratch)
{
    struct hs_composition *rows =
        hs_arena_zeroed(arena, count + 1, sizeof(*rows));
    struct composing m = {.claims = claims,
                          .types = types,
                          .retention = retention,
                          .dom = hs_retention_numbers(retention),
                          .scratch = scratch};
    size_t room = (size_t)m.dom->count + 1, cells = count * types->count;

    m.label = hs_arena_zeroed(scratch, room, sizeof(*m.label));
    m.cells = hs_arena_zeroed(scratch, cells + 1, sizeof(*m.cells));
    label_nodes(&m, count);
    count_objects(&m);
    for (size_t i = 0; i < count; i++)
        pick(types, m.cells + i * types->count, &rows[i]);
    find_origins(&m, allocations, rows);
    hs_arena_release(scratch, m.cells, (cells + 1) * sizeof(*m.cells));
    hs_arena_release(scratch, m.label, room * sizeof(*m.label));
    return rows;
}
