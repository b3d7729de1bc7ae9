/* SPDX-License-Identifier: Apache-2.0 */
/*
 * composition.h - what claims are made of, and where that was allocated.
 *
 * Without an executable a variable has no name, but what it holds often tells
 * which one it is: how many objects of which kind, allocated at which line.
 */
#ifndef HS_ALGO_COMPOSITION_H
#define HS_ALGO_COMPOSITION_H

#include "algo/allocation.h"
#include "algo/claims.h"
#include "algo/types.h"

#define HS_COMPOSITION_KINDS 4
#define HS_COMPOSITION_MOST  1000 /* claims at once */

struct hs_kind_share {
    uint32_t row; /* of the types */
    uint64_t objects, bytes;
};

struct hs_composition {
    struct hs_kind_share kinds[HS_COMPOSITION_KINDS]; /* most bytes first */
    uint32_t kind_count; /* of the array; there may be more kinds */
    struct hs_origin origin;
};

/* Labels what the first COUNT claims (at most HS_COMPOSITION_MOST) are made of,
 * for hs_types_new() to count; in SCRATCH. */
struct hs_types_tally hs_composition_tally(const struct hs_claims *claims,
                                           size_t count,
                                           const struct hs_retention *retention,
                                           struct hs_arena *scratch);

/* The compositions of TALLY's claims, in ARENA. */
struct hs_composition *
hs_compositions_new(const struct hs_types_tally *tally,
                    const struct hs_types *types,
                    const struct hs_retention *retention,
                    const struct hs_allocations *allocations,
                    struct hs_arena *arena, struct hs_arena *scratch);

#endif
