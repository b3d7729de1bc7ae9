/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sum.h - flat and cumulative values of a profile's nodes.
 *
 * flat: samples whose innermost frame is the node.  cum: samples that have the
 * node anywhere, each once, however often it recurs.  Sums are 128 bits wide,
 * as a profile's 64-bit values may add up to more; hs_sum_clamp says so where
 * pprof would wrap.
 */
#ifndef HS_ALGO_PROFILE_SUM_H
#define HS_ALGO_PROFILE_SUM_H

#include "algo/profile_view.h"

struct hs_node_sum {
    __int128 flat, cum;
};

struct hs_profile_sums {
    struct hs_node_sum *nodes; /* one per node of the view */
    __int128 total;            /* |value| of all samples, before any filter:
                                * what shares refer to, as in pprof */
    __int128 empty;            /* |value| of those without a stack, which are
                                * in the total and in no node */
    __int128 shown;            /* value of those that are looked at */
    uint64_t samples;          /* with a value other than 0 */
    uint64_t empty_samples;
};

/* Adds up sample type TYPE; what is returned lives in ARENA. */
struct hs_profile_sums *hs_profile_sum(const struct hs_profile_view *view,
                                       size_t type, struct hs_arena *arena);

/* The nodes that have a value, in pprof's order: the biggest flat (CUM: cum)
 * value first, whatever its sign, then by name.  *COUNT says how many; those
 * behind the FIRST are in no order. */
uint32_t *hs_profile_order(const struct hs_profile_view *view,
                           const struct hs_profile_sums *sums, bool cum,
                           size_t first, size_t *count, struct hs_arena *arena);

/* SUM as 64 bits; the nearest there is, and *CLAMPED set, if it has more. */
int64_t hs_sum_clamp(__int128 sum, bool *clamped);

static inline __int128 hs_sum_abs(__int128 sum)
{
    return sum < 0 ? -sum : sum;
}

/* PART of TOTAL, 0 if there is none. */
static inline double hs_sum_share(__int128 part, __int128 total)
{
    return total ? (double)part / (double)total : 0.0;
}

#endif
