/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfs.h - a shortest way from the root to every node.
 *
 * Some nodes are *deferred*: what they refer to is not really theirs (a stack
 * frame that merely uses an object, a pool, a weak handle).  The way to a node
 * passes as few deferred nodes as any way does, and among those ways it is one
 * of the shortest; so a deferred edge is used where nothing else leads on, and
 * never lost.
 */
#ifndef HS_ALGO_BFS_H
#define HS_ALGO_BFS_H

#include <stdint.h>

#include "algo/arcs.h"
#include "base/bitset.h"

/* NODE is reached from PARENT, and not from its parent in the tree of arcs. */
struct hs_turn {
    uint32_t node, parent;
};

/* Finds the ways in ARCS, which others may read meanwhile.  DEFERRED has nodes
 * by number and may be NULL.  The result, of struct hs_turn, lives in ARENA;
 * the work area, a few bytes per node, is given back. */
struct hs_column hs_bfs_find(const struct hs_arcs *arcs,
                             const struct hs_bitset *deferred,
                             struct hs_arena *arena);

/* Makes arcs->up say which node is before each on its way from the root, and
 * no more what its parent in the tree is: that takes the other one's place in
 * arcs->in, so that both together still say what leads to a node.  (A list is
 * searched but once, as a node has one turn at most.) */
void hs_bfs_settle(struct hs_arcs *arcs, const struct hs_column *turns,
                   unsigned threads);

#endif
