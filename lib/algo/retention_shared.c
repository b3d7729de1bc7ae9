/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_shared.c - jointly held memory, and whose it is.
 *
 * A share is what an exact set of units reaches and none of them dominates.  A
 * goroutine that uses a cache does not own it: where a set has goroutine
 * groups and others, its bytes are *owned* by the lowest holder above all the
 * others, and by what is above that, up to the holder that retains them
 * anyway, which is the lowest one above the whole set.
 */
#include <string.h>

#include "algo/retention_impl.h"
#include "algo/sharing.h"

static bool is_goroutine(const struct hs_holder *holder)
{
    return holder->kind == HS_HOLDER_GROUP ||
           holder->kind == HS_HOLDER_GOROUTINE ||
           holder->kind == HS_HOLDER_FRAME;
}

/* The lowest holder at or above both; the heap if nothing else.  A parent has
 * a smaller number. */
static uint32_t meet(const struct hs_holder *holders, uint32_t a, uint32_t b)
{
    while (a != b) {
        uint32_t *higher = a > b ? &a : &b;

        if (holders[*higher].parent == *higher)
            return 0;
        *higher = holders[*higher].parent;
    }
    return a;
}

/* Adds SHARE, of the units UNITS, to the holders that own it. */
static void own(struct hs_retention *r, const struct hs_shared *shared)
{
    const struct hs_holder *holders = r->holders->holders;
    uint32_t all = HS_NO_NODE, rest = HS_NO_NODE;

    for (uint32_t i = 0; i < shared->holder_count; i++) {
        uint32_t unit = shared->holders[i];

        all = all == HS_NO_NODE ? unit : meet(holders, all, unit);
        if (!is_goroutine(&holders[unit]))
            rest = rest == HS_NO_NODE ? unit : meet(holders, rest, unit);
    }
    if (rest == HS_NO_NODE)
        return;
    for (;;) {
        if (rest == all || rest == 0)
            return;
        r->joint[rest] += shared->bytes;
        if (holders[rest].parent == rest)
            return;
        rest = holders[rest].parent;
    }
}

/* The units of HOLDERS, and the numbers of their rows. */
static uint32_t list_units(const struct hs_retention *r, uint32_t *units,
                           uint32_t *numbers)
{
    uint32_t count = 0;

    for (uint32_t h = 0; h < r->holders->holder_count; h++) {
        if (!r->holders->holders[h].unit)
            continue;
        units[count] = h;
        numbers[count] = r->numbers[r->vertices + h];
        count++;
    }
    return count;
}

void hs_retention_share(struct hs_retention *r, struct hs_arena *scratch)
{
    size_t holders = r->holders->holder_count;
    uint32_t *units = hs_arena_alloc(scratch, holders * sizeof(*units));
    uint32_t *numbers = hs_arena_alloc(scratch, holders * sizeof(*numbers));
    struct hs_sharing_plan plan = {.units = numbers};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_sharing sharing;

    plan.unit_count = list_units(r, units, numbers);
    hs_sharing_find(&sharing, &r->dom, &plan, &arena);
    r->joint = hs_arena_zeroed(r->arena, holders, sizeof(*r->joint));
    r->shared = hs_arena_zeroed(r->arena, sharing.count, sizeof(*r->shared));
    for (size_t i = 0; i < sharing.count; i++) {
        const struct hs_share *share = &sharing.shares[i];
        struct hs_shared *row = &r->shared[r->shared_count];
        uint32_t *names =
            hs_arena_alloc(r->arena, share->unit_count * sizeof(*names));
        uint32_t *tops =
            hs_arena_alloc(r->arena, share->top_count * sizeof(*tops));

        for (uint32_t u = 0; u < share->unit_count; u++)
            names[u] = units[share->units[u]];
        if (share->top_count)
            memcpy(tops, share->tops, share->top_count * sizeof(*tops));
        *row = (struct hs_shared){.holders = names,
                                  .holder_count = share->unit_count,
                                  .bytes = share->bytes,
                                  .objects = share->objects,
                                  .approximate = share->many,
                                  .tops = tops,
                                  .top_count = share->top_count};
        own(r, row);
        r->shared_count += row->bytes || row->objects;
    }
    hs_arena_free(&arena);
}

uint64_t hs_retention_owned(const struct hs_retention *r, uint32_t holder)
{
    return r->joint[holder] +
           hs_retention_bytes(r, hs_retention_holder(r, holder));
}

const struct hs_shared *hs_retention_shared(const struct hs_retention *r,
                                            size_t *count)
{
    *count = r->shared_count;
    return r->shared;
}
