/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case.c - what findings look at, worked out in order.
 */
#include "finding/finding.h"

#define COMPOSED 200 /* claims whose parts are counted */

static void add_heap(struct hs_case *c, const struct hs_heap_case *base)
{
    struct hs_arena scratch = HS_ARENA_EMPTY, *arena = c->arena;
    struct hs_types_tally tally;

    c->parts |= HS_PART_HEAP;
    c->base = base;
    c->heap = base->heap;
    c->holders = base->holders;
    c->retention = base->retention;
    c->allocations = base->allocations;
    c->claims = hs_claims_new(c->holders, c->retention, arena, &scratch);
    hs_arena_free(&scratch);
    c->composed = c->claims->count < COMPOSED ? c->claims->count : COMPOSED;
    tally =
        hs_composition_tally(c->claims, c->composed, c->retention, &scratch);
    c->types = hs_types_new(c->heap, c->retention, &tally, arena, &scratch);
    c->composed = tally.labels;
    c->compositions = hs_compositions_new(&tally, c->types, c->retention,
                                          c->allocations, arena, &scratch);
    hs_arena_free(&scratch);
}

static void join_parts(struct hs_case *c)
{
    struct hs_trace_join *join = hs_arena_zeroed(c->arena, 1, sizeof(*join));
    struct hs_arena scratch = HS_ARENA_EMPTY;

    *join = hs_trace_join_new(c->timeline, c->heap, c->arena, &scratch);
    hs_arena_free(&scratch);
    c->join = join;
}

struct hs_case *hs_case_new(const struct hs_heap_case *base,
                            const struct hs_timeline *timeline,
                            struct hs_arena *arena)
{
    struct hs_case *c = hs_arena_zeroed(arena, 1, sizeof(*c));

    c->arena = arena;
    c->timeline = timeline;
    if (timeline)
        c->parts |= HS_PART_TIMELINE;
    if (base)
        add_heap(c, base);
    if (base && timeline)
        join_parts(c);
    return c;
}
