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

struct labelling {
    const struct hs_claims *claims;
    const struct hs_retention *retention;
    uint16_t *label; /* by number: 1 + which claim, 0: none */
};

static void mark_claim(struct labelling *m, size_t number)
{
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(m->retention, &count);
    const struct hs_claim *claim = &m->claims->rows[number];
    uint16_t label = (uint16_t)(number + 1);
    uint32_t top;

    if (claim->holder != HS_NO_RECORD) {
        top = hs_retention_number(
            m->retention, hs_retention_holder(m->retention, claim->holder));
        if (top)
            m->label[top] = label;
    }
    for (uint32_t s = 0; s < claim->shared_count; s++) {
        const struct hs_shared *row = &shared[claim->shared[s]];

        for (uint32_t t = 0; t < row->top_count; t++)
            m->label[row->tops[t]] = label;
    }
}

struct hs_types_tally hs_composition_tally(const struct hs_claims *claims,
                                           size_t count,
                                           const struct hs_retention *retention,
                                           struct hs_arena *scratch)
{
    const struct hs_dominators *dom = hs_retention_numbers(retention);
    struct labelling m = {
        .claims = claims,
        .retention = retention,
        .label =
            hs_arena_zeroed(scratch, (size_t)dom->count + 1, sizeof(*m.label)),
    };

    for (size_t i = 0; i < count; i++)
        mark_claim(&m, i);
    for (uint32_t v = 2; v <= dom->count; v++)
        if (!m.label[v])
            m.label[v] = m.label[dom->idom[v]];
    return (struct hs_types_tally){
        .label = m.label,
        .labels = (uint32_t)count,
        .cells = HS_COLUMN(struct hs_kind_count, scratch)};
}

struct composing {
    const struct hs_types_tally *tally;
    const struct hs_types *types;
    const struct hs_retention *retention;
    struct hs_arena *scratch;
};

/* 1 + the claim that OBJECT is part of, or 0. */
static uint16_t label_of(const struct composing *m, uint32_t object)
{
    return m->tally->label[hs_retention_number_above(m->retention, object)];
}

static bool before(const struct hs_types *types, const struct hs_kind_share *a,
                   const struct hs_kind_share *b)
{
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes;
    return hs_str_compare(types->rows[a->row].name, types->rows[b->row].name) <
           0;
}

/* The kinds that LABEL has most of, in order, by insertion into a short list.
 */
static void pick(const struct composing *m, uint32_t label,
                 struct hs_composition *into)
{
    const struct hs_kind_count *cells = m->tally->cells.at;

    for (uint32_t row = 0; row < m->types->count; row++) {
        const struct hs_kind_count *cell =
            &cells[(size_t)row * m->tally->labels + label - 1];
        struct hs_kind_share share = {row, cell->objects, cell->bytes};
        uint32_t at = into->kind_count;

        if (cell->objects == 0)
            continue;
        if (at == HS_COMPOSITION_KINDS) {
            if (!before(m->types, &share, &into->kinds[--at]))
                continue;
        } else {
            into->kind_count++;
        }
        for (; at > 0 && before(m->types, &share, &into->kinds[at - 1]); at--)
            into->kinds[at] = into->kinds[at - 1];
        into->kinds[at] = share;
    }
}

static void find_origins(const struct composing *m,
                         const struct hs_allocations *allocations,
                         struct hs_composition *rows)
{
    size_t count = hs_allocations_count(allocations);
    uint32_t *groups = hs_arena_zeroed(m->scratch, count + 1, sizeof(*groups));
    struct hs_origin *origins =
        hs_arena_zeroed(m->scratch, m->tally->labels + 1, sizeof(*origins));

    for (size_t i = 0; i < count; i++) {
        uint16_t label = label_of(m, hs_allocations_object(allocations, i));

        groups[i] = label ? label - 1u : HS_NO_GROUP;
    }
    hs_allocations_group(allocations, groups, m->tally->labels, origins,
                         m->scratch);
    for (uint32_t i = 0; i < m->tally->labels; i++)
        rows[i].origin = origins[i];
}

struct hs_composition *
hs_compositions_new(const struct hs_types_tally *tally,
                    const struct hs_types *types,
                    const struct hs_retention *retention,
                    const struct hs_allocations *allocations,
                    struct hs_arena *arena, struct hs_arena *scratch)
{
    struct hs_composition *rows =
        hs_arena_zeroed(arena, tally->labels + 1, sizeof(*rows));
    struct composing m = {.tally = tally,
                          .types = types,
                          .retention = retention,
                          .scratch = scratch};

    for (uint32_t i = 0; i < tally->labels; i++)
        pick(&m, i + 1, &rows[i]);
    find_origins(&m, allocations, rows);
    return rows;
}
