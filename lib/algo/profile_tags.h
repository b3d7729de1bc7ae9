/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tags.h - a profile's values by label: who the goroutine worked for,
 * how big the object was.
 */
#ifndef HS_ALGO_PROFILE_TAGS_H
#define HS_ALGO_PROFILE_TAGS_H

#include "algo/profile_view.h"

struct hs_tag {
    struct hs_str key;
    struct hs_str text; /* of a text label; else empty, and NUMBER counts */
    int64_t number;
    struct hs_str unit; /* of NUMBER; empty if the label has none */
    bool numeric;
    __int128 sum;
};

/* The labels of the samples that VIEW leaves, with the sum of TYPE: the
 * biggest first, then by key, text and number.  A sample that has a key twice
 * counts for both values.  *COUNT says how many there are. */
struct hs_tag *hs_profile_tags(const struct hs_profile_view *view, size_t type,
                               size_t *count, struct hs_arena *arena);

#endif
