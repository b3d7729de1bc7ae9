/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge_tables.h - the texts, functions, mappings and locations of a
 * merged profile; a part of profile_merge.c.
 */
#ifndef HS_ALGO_PROFILE_MERGE_TABLES_H
#define HS_ALGO_PROFILE_MERGE_TABLES_H

#include "base/intern.h"
#include "model/profile.h"

struct hs_merge_tables {
    struct hs_arena *scratch;
    struct hs_intern strings, function_keys, mapping_keys, location_keys;
    struct hs_column functions, mappings, locations, lines;
    struct hs_column key; /* uint64_t: that of a location */

    /* Of the profile that is being taken over: merged numbers, by its own;
     * and by mapping, what its addresses have to be less. */
    const struct hs_profile *from;
    uint32_t *string_of, *function_of, *mapping_of, *location_of;
    uint64_t *moved;
};

/* Empty tables, in ARENA. */
void hs_merge_tables_begin(struct hs_merge_tables *tables,
                           struct hs_arena *arena, struct hs_arena *scratch);

/* What follows is of profile FROM. */
void hs_merge_tables_from(struct hs_merge_tables *tables,
                          const struct hs_profile *from);

/* The merged numbers of its string STRING, its location LOCATION. */
uint32_t hs_merge_string(struct hs_merge_tables *tables, uint32_t string);
uint32_t hs_merge_location(struct hs_merge_tables *tables, uint32_t location);

/* Hands the tables over to MERGED. */
void hs_merge_tables_end(const struct hs_merge_tables *tables,
                         struct hs_profile *merged);

#endif
