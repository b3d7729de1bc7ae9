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

#include "model/heap_lookup.h"

/* In place of a unit: none dominates it; it has no number, ask its dominator.
 */
#define SHARED UINT32_MAX
#define FOLDED (UINT32_MAX - 1)

/* One of the heaps. */
struct side {
    const struct hs_heap_case *c;
    uint32_t *unit; /* by object: the unit that dominates it, or FOLDED */
    uint32_t *unit_of_number;
    struct hs_fate *fate; /* by holder; then of what no unit dominates,
                           * and of what no root reaches */
    uint32_t holders;

    /* The walk over its objects: the one it stands at, unless DONE. */
    size_t group;
    uint64_t bits; /* of the group, still to come */
    uint32_t object;
    uint64_t address, size;
    bool done;
};

/* Goes to the next object.  Cheaper than asking for the address and size of
 * each by its number. */
static void step(struct side *side)
{
    const struct hs_heap_store *store = side->c->heap->store;
    const struct hs_slot_group *group;
    const struct hs_page *page;
    uint64_t slot;

    while (side->bits == 0) {
        if (++side->group >= store->group_count) {
            side->done = true;
            return;
        }
        side->bits = store->groups[side->group].bits;
        side->object = store->groups[side->group].rank - 1;
    }
    group = &store->groups[side->group];
    page = &store->pages[group->page];
    slot = (side->group - page->group) * 64 +
           (uint64_t)__builtin_ctzll(side->bits);
    side->bits &= side->bits - 1;
    side->object++;
    if (page->kind == HS_PAGE_LIST) {
        side->address = store->odd[page->size + slot].address;
        side->size = store->odd[page->size + slot].size;
        return;
    }
    side->size = page->size;
    side->address = hs_heap_page_address(store, group->page) + page->phase +
                    slot * page->size;
}

static void start(struct side *side)
{
    const struct hs_heap_store *store = side->c->heap->store;

    side->group = 0;
    side->bits = store->group_count ? store->groups[0].bits : 0;
    side->object = store->group_count ? store->groups[0].rank - 1 : 0;
    step(side);
}

static void find_units(struct side *side, const struct hs_dominators *dom)
{
    const struct hs_heap_case *c = side->c;
    uint32_t objects = hs_heap_count(c->heap);

    for (uint32_t v = 0; v <= dom->count; v++)
        side->unit_of_number[v] = SHARED;
    for (uint32_t h = 0; h < side->holders; h++) {
        uint32_t number = hs_retention_number(c->retention, objects + h);

        if (number && c->holders->holders[h].unit)
            side->unit_of_number[number] = h;
    }
    for (uint32_t o = 0; o < objects; o++)
        side->unit[o] = FOLDED;
    for (uint32_t v = 1; v <= dom->count; v++) {
        uint32_t node = hs_retention_node(c->retention, v);

        if (side->unit_of_number[v] == SHARED)
            side->unit_of_number[v] = side->unit_of_number[dom->idom[v]];
        if (node < objects)
            side->unit[node] = side->unit_of_number[v];
    }
}

static void side_init(struct side *side, const struct hs_heap_case *c,
                      struct hs_arena *scratch)
{
    const struct hs_dominators *dom = hs_retention_numbers(c->retention);

    *side =
        (struct side){.c = c, .holders = (uint32_t)c->holders->holder_count};
    side->unit = hs_arena_alloc(scratch, ((size_t)hs_heap_count(c->heap) + 1) *
                                             sizeof(uint32_t));
    side->unit_of_number =
        hs_arena_alloc(scratch, ((size_t)dom->count + 1) * sizeof(uint32_t));
    side->fate = hs_arena_zeroed(scratch, (size_t)side->holders + 2,
                                 sizeof(*side->fate));
    find_units(side, dom);
    start(side);
}

/* The fate of whoever holds the object that SIDE stands at. */
static struct hs_fate *fate_of(const struct side *side)
{
    uint32_t unit = side->unit[side->object], number;

    if (unit == FOLDED) {
        number = hs_retention_number_above(side->c->retention, side->object);
        if (number == 0)
            return &side->fate[side->holders + 1];
        unit = side->unit_of_number[number];
    }
    return &side->fate[unit == SHARED ? side->holders : unit];
}

static void count(struct hs_tally *tally, uint64_t bytes)
{
    tally->objects++;
    tally->bytes += bytes;
}

static void merge(struct side *old, struct side *new, struct hs_fate *total)
{
    while (!old->done || !new->done) {
        bool take_old =
            !old->done && (new->done || old->address <= new->address);
        bool take_new =
            !new->done && (old->done || new->address <= old->address);

        if (take_old && take_new && old->size == new->size) {
            count(&fate_of(new)->survived, new->size);
            count(&total->survived, new->size);
        } else {
            if (take_old) {
                count(&fate_of(old)->freed, old->size);
                count(&total->freed, old->size);
            }
            if (take_new) {
                count(&fate_of(new)->fresh, new->size);
                count(&total->fresh, new->size);
            }
        }
        if (take_old)
            step(old);
        if (take_new)
            step(new);
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
