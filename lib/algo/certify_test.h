/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certify_test.h - a proof that a tree is the dominator tree of a graph.
 *
 * Comparing with another algorithm says that two agree; this says that one is
 * right, for graphs of any size: a tree D over all nodes that the root reaches
 * is the dominator tree if, and only if, it has
 *
 *   the parent property   for every edge (u, v), v not the root, the parent of
 *                         v in D is u or an ancestor of u in D: so what is
 *                         above v dominates v
 *   a low-high order      a preorder of D in which every v but the root has an
 *                         edge from its parent, or else an edge from a node
 *                         before v and one from a node behind v that v is not
 *                         above: so nothing else dominates v
 *
 * (Georgiadis, Tarjan: Dominator tree certification and divergent spanning
 * trees, ACM TALG 2015; with Laura and Parotsidis, SEA 2013.)  Both are checked
 * edge by edge at the end; how the order was found then no longer matters.
 */
#ifndef HS_ALGO_CERTIFY_TEST_H
#define HS_ALGO_CERTIFY_TEST_H

#include "algo/dominators.h"

/* Nodes are 1 .. count, the root is 1; v has edges to
 * to[first[v]] .. to[first[v + 1] - 1]. */
struct certify_graph {
    uint32_t count;
    const uint64_t *first; /* count + 2 */
    const uint32_t *to;
};

/* NULL if IDOM (by node; of the root: 0) is the dominator tree of GRAPH, all
 * of whose nodes the root reaches; else what is wrong. */
const char *certify_tree(const struct certify_graph *graph,
                         const uint32_t *idom);

/* The graph that DOM was made of, from the row at ROOT on; nodes are its
 * numbers. */
struct certify_graph certify_graph_of(const struct hs_dominators *dom,
                                      uint32_t root, struct hs_arena *arena);

/* The same as certify_tree() for DOM's own graph and tree; retained sizes must
 * be the sums of what the tree has, too. */
const char *certify_dominators(const struct hs_dominators *dom, uint32_t root);

#endif
