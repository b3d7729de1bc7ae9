/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arcs.h - the edges of a walked graph, from number to number.
 *
 * A depth-first walk numbers its nodes in preorder, and what belongs together
 * in a heap gets numbers close to one another, wherever it is in memory.  So
 * what runs over numbers stays in the cache where rows would miss it.  The
 * edges of the tree cost four bytes a node, the others, few of them on heaps,
 * four bytes each.
 *
 * Made by hs_dominators_walk().  An edge from a node to itself is left out; one
 * that is there twice may be counted twice.
 */
#ifndef HS_ALGO_ARCS_H
#define HS_ALGO_ARCS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bitset.h"

struct hs_arc {
    uint32_t from, to;
};

struct hs_arcs {
    uint32_t count; /* of numbers, which are 1..count */
    uint32_t *up;   /* by number: its parent in the tree, a smaller number; 0
                     * for the root and at 0 */
    /* The arcs that are not of the tree, by where they start.  Those of the
     * K-th number in HAS are to[first[k]] .. to[first[k + 1] - 1]. */
    struct hs_bitset has;
    uint32_t *ranks; /* by word of HAS: how many numbers are in words before */
    uint32_t *first;
    uint32_t *to;
    uint32_t starts; /* how many numbers HAS has */
    uint32_t others; /* how many arcs TO has */
};

/* Makes room for what hs_arcs_sort() makes of the OTHERS arcs at LIST. */
void hs_arcs_reserve(struct hs_arcs *arcs, const struct hs_arc *list,
                     uint32_t others, struct hs_arena *arena);

/* Sorts the arcs at LIST, which hs_arcs_reserve() has seen, by where they
 * start; those of one number stay in order. */
void hs_arcs_sort(struct hs_arcs *arcs, const struct hs_arc *list);

/* Gives all but UP back to ARENA. */
void hs_arcs_release(struct hs_arcs *arcs, struct hs_arena *arena);

/* Where in TO the arcs that start at NUMBER are, *END being behind them. */
static inline const uint32_t *hs_arcs_of(const struct hs_arcs *arcs,
                                         uint32_t number, const uint32_t **end)
{
    uint64_t word = arcs->has.words[number / 64];
    uint64_t bit = (uint64_t)1 << number % 64;
    uint32_t rank;

    if (!(word & bit))
        return *end = arcs->to;
    rank = arcs->ranks[number / 64] + hs_bits_of(word & (bit - 1));
    *end = arcs->to + arcs->first[rank + 1];
    return arcs->to + arcs->first[rank];
}

#endif
