/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing.h - memory that no single holder retains, by the exact set of
 * holders that reach it.
 *
 * *Units* are the holders that matter: variables, goroutine groups, ...  What
 * one unit dominates is that unit's own and no matter here.  All the rest,
 * down from nodes that stand above or beside the units, is dealt into shares:
 * two nodes are in the same share when the same units reach them.
 *
 * A unit *reaches* a node when a path leads from it there that passes no other
 * unit.  (A variable that refers to another variable does not share what the
 * other one holds alone; this is the view that dominators take, too.)
 *
 * What dominates a unit (the root, a package) must be a holder, too: it is in
 * no share, and its own references count for nobody, so that a node which only
 * such holders refer to is in the share of no unit.
 *
 * Sets are exact.  Where they grow beyond the limits below, they become the
 * one share that is *many*, and the result is marked approximate.
 */
#ifndef HS_ALGO_SHARING_H
#define HS_ALGO_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "algo/dominators.h"

/* The limits: how many members all sets have together, and how many are looked
 * at to make them (about half a second). */
#define HS_SHARING_MOST_MEMBERS ((uint64_t)1 << 24)
#define HS_SHARING_MOST_WORK    ((uint64_t)1 << 28)

struct hs_share {
    const uint32_t *units; /* indices into the list of units, ascending */
    uint32_t unit_count;
    bool many; /* wider than could be told; unit_count is 0 then */
    uint64_t bytes, objects;
    /* The dominator subtrees that make up the share: the numbers of their
     * tops, ascending. */
    const uint32_t *tops;
    uint32_t top_count;
};

struct hs_sharing {
    /* Those that weigh anything: most bytes first, then by their units. */
    struct hs_share *shares;
    size_t count;
    bool approximate; /* there is a share of many */
};

struct hs_sharing_plan {
    const uint32_t *units; /* numbers of nodes; 0: a unit not reached */
    uint32_t unit_count;
    /* 0: the limits above. */
    uint64_t most_members, most_work;
};

/* Deals out what no unit dominates.  DOM has just been solved: its arcs are
 * those of the walk, and its marks, which are used up, are 0.  A unit that
 * another unit dominates counts as a plain node of that one; of units that are
 * the same node, the first counts.  The result lives in ARENA. */
void hs_sharing_find(struct hs_sharing *sharing, struct hs_dominators *dom,
                     const struct hs_sharing_plan *plan,
                     struct hs_arena *arena);

#endif
