/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_shared.c - of what several hold together, the kind that is most of it.
 *
 * Eight thousand subscriptions are more than the one connection that is larger
 * than any of them.
 */
#include "algo/kinds.h"
#include "base/map.h"

struct looking {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    struct hs_map number;  /* by key: in LIST */
    struct hs_column list; /* struct hs_kind; members are added last */
};

static void sum_up(struct looking *l, const struct hs_shared *row)
{
    const struct hs_dominators *dom = hs_retention_numbers(l->retention);

    for (uint32_t i = 0; i < row->top_count; i++) {
        uint32_t node = hs_retention_node(l->retention, row->tops[i]);
        uint64_t bytes = dom->retained[row->tops[i]].bytes;
        struct hs_kind fresh = {.key = hs_kind_of(l->heap, l->holders, node),
                                .largest = node};
        uint32_t number =
            hs_map_add(&l->number, fresh.key, (uint32_t)l->list.count);
        struct hs_kind *kind;

        if (number == l->list.count)
            hs_column_push(&l->list, &fresh);
        kind = (struct hs_kind *)l->list.at + number;
        kind->count++;
        kind->bytes += bytes;
        if (bytes > kind->most_bytes) {
            kind->most_bytes = bytes;
            kind->largest = node;
        }
    }
}

static void add_members(const struct looking *l, const struct hs_shared *row,
                        struct hs_kind *kind)
{
    for (uint32_t i = 0; i < row->top_count; i++) {
        uint32_t node = hs_retention_node(l->retention, row->tops[i]);

        if (node != kind->largest &&
            hs_kind_of(l->heap, l->holders, node) == kind->key)
            hs_column_push(&kind->members, &node);
    }
}

struct hs_kind hs_kinds_shared(const struct hs_heap *heap,
                               const struct hs_holders *holders,
                               const struct hs_retention *retention,
                               const uint32_t *rows, size_t count,
                               struct hs_arena *arena)
{
    struct looking l = {.heap = heap,
                        .holders = holders,
                        .retention = retention,
                        .list = HS_COLUMN(struct hs_kind, arena)};
    struct hs_kind most = {.largest = HS_NO_NODE}, *kinds;
    size_t all;
    const struct hs_shared *shared = hs_retention_shared(retention, &all);

    hs_map_init(&l.number, arena, 64);
    for (size_t i = 0; i < count; i++)
        sum_up(&l, &shared[rows[i]]);
    kinds = l.list.at;
    for (size_t i = 0; i < l.list.count; i++)
        if (most.largest == HS_NO_NODE || kinds[i].bytes > most.bytes)
            most = kinds[i];
    most.members = HS_COLUMN(uint32_t, arena);
    if (most.largest == HS_NO_NODE)
        return most;
    hs_column_push(&most.members, &most.largest);
    for (size_t i = 0; i < count; i++)
        add_members(&l, &shared[rows[i]], &most);
    return most;
}
