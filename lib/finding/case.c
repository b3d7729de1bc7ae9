/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case.c - what findings look at, worked out in order.
 */
#include "finding/finding.h"

#define COMPOSED 200 /* claims whose parts are counted */

struct hs_case *hs_case_new(const struct hs_heap_case *base,
                            struct hs_arena *arena)
{
    struct hs_case *c = hs_arena_zeroed(arena, 1, sizeof(*c));
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_types_tally tally;

    c->base = base;
    c->heap = base->heap;
    c->holders = base->holders;
    c->retention = base->retention;
    c->allocations = base->allocations;
    c->arena = arena;
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
    return c;
}
