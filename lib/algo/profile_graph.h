/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_graph.h - the call graph of a profile, and its gateways.
 *
 * The graph has a node for each function (or whatever the view's nodes are)
 * with a value, and an edge from each caller to each callee.  A super-root
 * stands above the outermost frames.  Function G *dominates* F when every way
 * from the super-root to F along edges passes G; what G retains is the flat
 * value of all that it dominates, itself included.  That is a lower bound of
 * the samples that have G in their stack (cum), and says nothing about who
 * refers to the memory: it is where a change to one function would reach it.
 *
 * Of a profile with very many functions, those with the least cum value are
 * left out: what they call counts as called by their callers, and their flat
 * value as their callers'.
 */
#ifndef HS_ALGO_PROFILE_GRAPH_H
#define HS_ALGO_PROFILE_GRAPH_H

#include "algo/profile_sum.h"

struct hs_gateway {
    uint32_t node;
    __int128 retained;
};

struct hs_gateways {
    struct hs_gateway *list; /* the most retained first, then by name */
    size_t count;
    __int128 *retained; /* of every node of the view; 0 of those left out */
};

/*
 * Finds the functions that alone lead to at least 1/100 of the value of TYPE.
 * Of a chain in which each function keeps nearly all of what its caller keeps
 * only the last is one, for there the ways part.  Functions of Go's library
 * give way to the nearest caller that is not; what every program starts with
 * (main.main, runtime.main) is none.  False with ERR filled: HS_ELIMIT.
 */
bool hs_profile_gateways(const struct hs_profile_view *view,
                         const struct hs_profile_sums *sums, size_t type,
                         struct hs_gateways *gateways, struct hs_arena *arena,
                         struct hs_err *err);

#endif
