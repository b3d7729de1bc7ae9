/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_filter.h - which locations and samples the filters of a view name.
 */
#ifndef HS_ALGO_PROFILE_FILTER_H
#define HS_ALGO_PROFILE_FILTER_H

#include "algo/profile_view.h"
#include "base/bitset.h"

struct hs_filter_result {
    bool *gone;           /* by line: --hide, --show or --show-from takes it
                           * away; NULL if none of them is given */
    struct hs_bitset out; /* samples that the filters of labels leave out;
                           * no words if there are none */
    unsigned idle;        /* enum hs_filter: those that find nothing */
};

/*
 * Adds the marks of profile_prune.h that the filters in OPTIONS give to
 * locations, whose first FIRST_LINE lines count as gone; RESULT has the rest.
 * As in pprof, each filter sees what those before it have left.
 */
void hs_profile_filter(const struct hs_profile *profile,
                       const struct hs_view_options *options,
                       const uint32_t *first_line, uint8_t *marks,
                       struct hs_filter_result *result, struct hs_arena *arena);

#endif
