/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arcs.h - the edges of a walked graph, from number to number.
 *
 * A depth-first walk numbers its nodes in preorder, and what belongs together
 * in a heap gets numbers close to one another, wherever it is in memory.  So
 * what runs over numbers stays in the cache where rows would miss it.  The
 * edges of the tree cost four bytes a node; the others, few of them on heaps,
 * are listed by where they lead and, as long as somebody wants to follow them,
 * by where they start.
 *
 * Made by hs_dominators_walk().  An edge from a node to itself is left out; one
 * that is there twice is listed twice.
 */
#ifndef HS_ALGO_ARCS_H
#define HS_ALGO_ARCS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bitset.h"

struct hs_arc {
    uint32_t from, to;
};

/* Numbers listed by number: those of the K-th number in HAS are ends[first[k]]
 * .. ends[first[k + 1] - 1]. */
struct hs_arc_lists {
    struct hs_bitset has;
    uint32_t *ranks; /* by word of HAS: how many numbers are in words before */
    uint32_t *first;
    uint32_t *ends;
    uint32_t lists; /* how many numbers HAS has */
    uint32_t arcs;  /* how many numbers ENDS has */
};

struct hs_arcs {
    uint32_t count; /* of numbers, which are 1..count */
    uint32_t *up;   /* by number: its parent in the tree, a smaller number; 0
                     * for the root and at 0 */
    /* The arcs that are not of the tree: where those to a number come from, and
     * where those from it lead. */
    struct hs_arc_lists in, out;
};

/* Makes room for lists of ARCS arcs between numbers up to NUMBERS. */
void hs_arc_lists_reserve(struct hs_arc_lists *lists, uint32_t numbers,
                          uint32_t arcs, struct hs_arena *arena);

/* Lists the ends of the arcs at LIST, as many as there is room for, by their
 * starts, or their starts by their ends; those of one number stay in order. */
void hs_arc_lists_by_start(struct hs_arc_lists *lists,
                           const struct hs_arc *list);
void hs_arc_lists_by_end(struct hs_arc_lists *lists, const struct hs_arc *list);

/* Gives all back to ARENA. */
void hs_arc_lists_release(struct hs_arc_lists *lists, struct hs_arena *arena);

/* What is listed for NUMBER, *END being behind it. */
static inline uint32_t *hs_arc_lists_at(const struct hs_arc_lists *lists,
                                        uint32_t number, uint32_t **end)
{
    uint64_t word = lists->has.words[number / 64];
    uint64_t bit = (uint64_t)1 << number % 64;
    uint32_t rank;

    if (!(word & bit))
        return *end = lists->ends;
    rank = lists->ranks[number / 64] + hs_bits_of(word & (bit - 1));
    *end = lists->ends + lists->first[rank + 1];
    return lists->ends + lists->first[rank];
}

#endif
