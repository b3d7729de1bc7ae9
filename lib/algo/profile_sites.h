/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sites.h - lines of code that allocate (or wait, or run), and what of
 * it is still there.
 *
 * A site is an innermost frame with its line.  Where that is a function of
 * Go's library, the program's own function that called it most is told too.
 */
#ifndef HS_ALGO_PROFILE_SITES_H
#define HS_ALGO_PROFILE_SITES_H

#include "algo/profile_view.h"

#define HS_NO_CALLER UINT32_MAX

struct hs_site {
    uint32_t node;   /* of a view by line */
    uint32_t caller; /* another node of it; HS_NO_CALLER if it is the
                      * program's own, or nobody's */
    __int128 value, count, other;
};

/* Which values of the profile a list of sites shows. */
struct hs_site_types {
    size_t value; /* sorted by */
    size_t count; /* how many objects, waits, samples; SIZE_MAX: unknown */
    size_t other; /* alloc_space beside inuse_space; SIZE_MAX: none */
};

/* All sites of VIEW (by line) that have a value; the FIRST biggest of them
 * first, in order and with their caller.  *COUNT says how many in all. */
struct hs_site *hs_profile_sites(const struct hs_profile_view *view,
                                 const struct hs_site_types *types,
                                 size_t first, size_t *count,
                                 struct hs_arena *arena);

/* The type that counts what TYPE measures: inuse_objects of inuse_space,
 * contentions of delay; false if TYPE counts itself or there is none. */
bool hs_profile_count_type(const struct hs_profile *profile, size_t type,
                           size_t *count);

#endif
