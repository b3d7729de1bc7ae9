/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dominators.h - who alone holds whom, and how much goes when it goes.
 *
 * Node D dominates node V when every path from the root to V passes D.  The
 * nearest such D is V's immediate dominator (*idom*); what a node dominates,
 * itself included, is what it *retains*.  All of it is exact.
 *
 * Nodes are named by *number*, 1 for the root and on in the order of a depth
 * first walk; 0 is no node.  A dominator's number is smaller than that of what
 * it dominates.  The walk writes each number into the head of the node's row
 * (hs_digraph_number), rows that it does not reach keep 0.
 *
 * Either call hs_dominators_find(), or hs_dominators_walk() and then
 * hs_dominators_solve(); after the first, numbers and arcs are final, so that
 * another thread may read them (bfs.h) while this one solves.  Rows are not
 * looked at any more then.
 */
#ifndef HS_ALGO_DOMINATORS_H
#define HS_ALGO_DOMINATORS_H

#include <stdbool.h>
#include <stdint.h>

#include "algo/arcs.h"
#include "algo/digraph.h"
#include "base/arena.h"
#include "base/err.h"

/* Twelve bytes, because there is one for every node. */
struct hs_retained {
    uint64_t bytes;
    uint32_t objects;
} __attribute__((packed, aligned(4)));

struct hs_dominators {
    const struct hs_digraph *graph;
    uint32_t count; /* nodes reached; they are numbered 1..count */
    uint32_t *idom; /* by number: its idom's number; idom[1] is 0 */
    struct hs_retained *retained; /* by number; retained[0] is all 0 */
    uint32_t *mark;               /* by number: 0; free for the caller's use */
    struct hs_bitset joined;      /* numbers that are several objects
                                   * themselves */
    uint64_t lost_bytes;          /* of the rows that the root does not reach */
    uint64_t lost_objects;

    struct hs_arcs arcs; /* what was walked, by number */

    struct hs_dominators_walk *walk; /* between walk and solve */
};

/* Numbers what ROOT, a position, reaches; up to 2 THREADS are of use.  The
 * arrays live in ARENA, and so do the work areas, which are given back.  Rows
 * must not have been walked before.  Fails if the graph has more than 2^32 - 1
 * objects. */
bool hs_dominators_walk(struct hs_dominators *dom, struct hs_digraph *graph,
                        uint32_t root, unsigned threads, struct hs_arena *arena,
                        struct hs_err *err);

/* Fills in idom, retained and lost. */
void hs_dominators_solve(struct hs_dominators *dom);

/* Both. */
bool hs_dominators_find(struct hs_dominators *dom, struct hs_digraph *graph,
                        uint32_t root, struct hs_arena *arena,
                        struct hs_err *err);

/* The dominator tree laid out for many questions, 8 bytes per node: those that
 * V dominates are exactly the nodes whose place is in
 * place[V] .. place[V] + span[V] - 1, V's own being the first. */
struct hs_dominators_index {
    uint32_t *place; /* by number: 0..count-1, the root at 0 */
    uint32_t *span;  /* by number: how many nodes it dominates */
};

void hs_dominators_lay_out(struct hs_dominators_index *index,
                           const struct hs_dominators *dom,
                           struct hs_arena *arena);

/* By number, which node of hs_digraph_build() it is; [0] is unused. */
uint32_t *hs_dominators_nodes(const struct hs_dominators *dom,
                              struct hs_arena *arena);

#endif
