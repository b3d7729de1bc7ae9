/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge_head.h - what merged profiles measure; a part of
 * profile_merge.c.
 */
#ifndef HS_ALGO_PROFILE_MERGE_HEAD_H
#define HS_ALGO_PROFILE_MERGE_HEAD_H

#include "algo/profile_merge.h"
#include "base/intern.h"

struct hs_merge_head {
    struct hs_intern *strings; /* of the merged profile */
    size_t type_count;
    struct hs_value_type *types;

    /* Of profile P, merged type T: which of its types, and how often. */
    size_t *from;  /* [P * type_count + T] */
    double *ratio; /* the same; 1 if the units are equal */
};

/* Fills HEAD, whose strings are set, and all of MERGED but for its tables and
 * samples. */
bool hs_merge_head(struct hs_merge_head *head,
                   const struct hs_profile *const *profiles, size_t count,
                   struct hs_profile *merged, struct hs_arena *arena,
                   struct hs_err *err);

#endif
