/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_match.c - merges two heaps in the order of addresses.
 *
 * The holder of an object is the unit (holders.h) that dominates it; it is
 * handed down the dominator tree in one pass, as dominators have smaller
 * numbers.  Holders of both dumps meet by kind and name.
 */
#include "algo/heap_match.h"

#include <stdlib.h>

/* In place of a unit: none dominates it. */
#define SHARED UINT32_MAX

/* One of the heaps. */
struct side {
    const struct hs_heap_case *c;
    uint32_t *unit;       /* by number: the unit that dominates it */
    struct hs_fate *fate; /* by holder; then of what no unit dominates,
                           * and of what no root reaches */
    uint32_t holders;
};

static void side_init(struct side *side, const struct hs_heap_case *c,
                      struct hs_arena *scratch)
{
    const struct hs_dominators *dom = hs_retention_numbers(c->retention);
    uint32_t objects = hs_heap_count(c->heap);

    side->c = c;
    side->holders = (uint32_t)c->holders->holder_count;
    side->unit =
        hs_arena_alloc(scratch, ((size_t)dom->count + 1) * sizeof(uint32_t));
    side->fate = hs_arena_zeroed(scratch, (size_t)side->holders + 2,
                                 sizeof(*side->fate));
    for (uint32_t v = 0; v <= dom->count; v++)
        side->unit[v] = SHARED;
    for (uint32_t h = 0; h < side->holders; h++) {
        uint32_t number = hs_retention_number(c->retention, objects + h);

        if (number && c->holders->holders[h].unit)
            side->unit[number] = h;
    }
    for (uint32_t v = 1; v <= dom->count; v++)
        if (side->unit[v] == SHARED)
            side->unit[v] = side->unit[dom->idom[v]];
}

static struct hs_fate *fate_of(const struct side *side, uint32_t object)
{
    const struct hs_retention *r = side->c->retention;
    uint32_t number = hs_retention_number(r, object), unit;

    if (!number) {
        uint32_t above = hs_retention_dominator(r, object);

        if (above == HS_NO_NODE)
            return &side->fate[side->holders + 1];
        number = hs_retention_number(r, above);
    }
    unit = side->unit[number];
    return &side->fate[unit == SHARED ? side->holders : unit];
}

static void count(struct hs_tally *tally, uint64_t bytes)
{
    tally->objects++;
    tally->bytes += bytes;
}

/* An object of one dump alone. */
static void count_alone(const struct side *side, uint32_t object, bool fresh,
                        struct hs_fate *total)
{
    uint64_t bytes = hs_heap_size(side->c->heap, object);
    struct hs_fate *fate = fate_of(side, object);

    count(fresh ? &fate->fresh : &fate->freed, bytes);
    count(fresh ? &total->fresh : &total->freed, bytes);
}

static void merge(struct side *old, struct side *new, struct hs_fate *total)
{
    const struct hs_heap *a = old->c->heap, *b = new->c->heap;
    uint32_t i = 0, j = 0, m = hs_heap_count(a), n = hs_heap_count(b);
    uint64_t x = m ? hs_heap_address(a, 0) : 0;
    uint64_t y = n ? hs_heap_address(b, 0) : 0;

    while (i < m || j < n) {
        bool take_old = i < m && (j == n || x <= y);
        bool take_new = j < n && (i == m || y <= x);

        if (take_old && take_new && hs_heap_size(a, i) == hs_heap_size(b, j)) {
            count(&fate_of(new, j)->survived, hs_heap_size(b, j));
            count(&total->survived, hs_heap_size(b, j));
        } else {
            if (take_old)
                count_alone(old, i, false, total);
            if (take_new)
                count_alone(new, j, true, total);
        }
        if (take_old && ++i < m)
            x = hs_heap_address(a, i);
        if (take_new && ++j < n)
            y = hs_heap_address(b, j);
    }
}

static bool is_empty(const struct hs_fate *fate)
{
    return fate->survived.objects + fate->fresh.objects + fate->freed.objects ==
           0;
}

static void add_rows(const struct side *side, struct hs_column *rows,
                     struct hs_arena *arena)
{
    for (uint32_t h = 0; h < side->holders + 2; h++) {
        struct hs_fate_row row = {.fate = side->fate[h]};

        if (is_empty(&side->fate[h]))
            continue;
        if (h >= side->holders) {
            row.kind = h == side->holders ? "shared" : "unreachable";
            row.name = hs_str_of(row.kind);
        } else {
            row.kind = hs_holder_kind_name(
                (enum hs_holder_kind)side->c->holders->holders[h].kind);
            row.name = hs_holders_name(side->c->holders, h, arena);
        }
        hs_column_push(rows, &row);
    }
}

static int by_name(const void *a, const void *b)
{
    const struct hs_fate_row *x = a, *y = b;
    int order = strcmp(x->kind, y->kind);

    return order ? order : hs_str_compare(x->name, y->name);
}

static int by_growth(const void *a, const void *b)
{
    const struct hs_fate_row *x = a, *y = b;
    int64_t p = (int64_t)(x->fate.fresh.bytes - x->fate.freed.bytes);
    int64_t q = (int64_t)(y->fate.fresh.bytes - y->fate.freed.bytes);

    if (p != q)
        return p < q ? 1 : -1;
    return by_name(a, b);
}

static void add_tally(struct hs_tally *into, const struct hs_tally *more)
{
    into->objects += more->objects;
    into->bytes += more->bytes;
}

/* Sums up rows of equal kind and name; returns how many are left. */
static size_t join_rows(struct hs_fate_row *rows, size_t found)
{
    size_t kept = 0;

    qsort(rows, found, sizeof(*rows), by_name);
    for (size_t i = 1; i < found; i++) {
        if (by_name(&rows[kept], &rows[i]) != 0) {
            rows[++kept] = rows[i];
            continue;
        }
        add_tally(&rows[kept].fate.survived, &rows[i].fate.survived);
        add_tally(&rows[kept].fate.fresh, &rows[i].fate.fresh);
        add_tally(&rows[kept].fate.freed, &rows[i].fate.freed);
    }
    return kept + 1;
}

struct hs_fates *hs_heap_match(const struct hs_heap_case *old,
                               const struct hs_heap_case *new,
                               struct hs_arena *arena, struct hs_arena *scratch)
{
    struct hs_fates *fates = hs_arena_zeroed(arena, 1, sizeof(*fates));
    struct hs_column rows = HS_COLUMN(struct hs_fate_row, arena);
    struct side a, b;

    side_init(&a, old, scratch);
    side_init(&b, new, scratch);
    merge(&a, &b, &fates->total);
    add_rows(&a, &rows, arena);
    add_rows(&b, &rows, arena);
    if (rows.count) {
        fates->count = join_rows(rows.at, rows.count);
        qsort(rows.at, fates->count, sizeof(struct hs_fate_row), by_growth);
    }
    fates->rows = rows.at;
    return fates;
}
