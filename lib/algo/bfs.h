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

#include "algo/dominators.h"
#include "base/bitset.h"

/* By number, the node before it on its way from the root; 0 for the root (and
 * at 0).  DOM has been walked; it may be solved at the same time by another
 * thread with an arena of its own.  DEFERRED has nodes by number and may be
 * NULL.  The result lives in ARENA; the work area, 4 bytes per node, is given
 * back. */
uint32_t *hs_bfs_parents(const struct hs_dominators *dom,
                         const struct hs_bitset *deferred,
                         struct hs_arena *arena);

#endif
