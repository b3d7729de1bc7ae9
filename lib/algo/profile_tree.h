/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tree.h - the biggest part of a profile's call tree.
 *
 * A branch is a way from the outermost frame inwards; what a profile has are
 * millions of them.  The tree is opened from the top, always at its biggest
 * branch, until it has as many rows as are wanted: so the rows are the biggest
 * branches there are, and a million samples cost one pass per level of those.
 */
#ifndef HS_ALGO_PROFILE_TREE_H
#define HS_ALGO_PROFILE_TREE_H

#include "algo/profile_sum.h"

#define HS_NO_NODE_BELOW UINT32_MAX

struct hs_tree_row {
    uint32_t node; /* HS_NO_NODE_BELOW: COUNT smaller branches, folded */
    uint32_t depth;
    __int128 cum, flat; /* of the branch; flat: samples that end here */
    uint64_t samples;
    uint64_t count; /* of branches in the row: 1, or those folded */
};

struct hs_call_tree {
    struct hs_tree_row *rows; /* a branch before what is below it */
    size_t count;
};

/*
 * Builds the tree of sample type TYPE with the LIMIT biggest branches (0: all
 * of those that have at least 1/100,000 of the total).  With ROOT, a node, the
 * tree starts at the outermost call of it; else ROOT is HS_NO_NODE_BELOW.
 */
struct hs_call_tree *hs_profile_tree(const struct hs_profile_view *view,
                                     size_t type, uint32_t root, size_t limit,
                                     struct hs_arena *arena);

#endif
