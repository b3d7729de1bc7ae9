/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_draw.h - the part of a call graph that fits a picture.
 *
 * Half of the nodes are those with the biggest flat values, the rest those
 * with the biggest cum values.  Where a stack passes nodes that are not drawn,
 * an edge leads across them (`residual`).  The flat value of what is not drawn
 * arrives at one more node, the rest, so that a picture accounts for
 * everything.
 */
#ifndef HS_ALGO_PROFILE_DRAW_H
#define HS_ALGO_PROFILE_DRAW_H

#include "algo/profile_sum.h"

struct hs_drawn_edge {
    uint32_t from, to; /* drawn nodes; COUNT is the rest */
    __int128 weight;   /* samples that go this way, each once */
    bool residual;
};

struct hs_drawing {
    uint32_t *nodes; /* of the view, biggest cum first */
    uint32_t count;
    struct hs_drawn_edge *edges; /* by from, then to */
    size_t edge_count;
    size_t left_out;        /* nodes with a value that are not drawn */
    __int128 left_out_flat; /* their flat value */
};

/* Chooses at most MOST nodes of at least 1/200 of the total; 0: up to 2,000,
 * however small. */
struct hs_drawing *hs_profile_draw(const struct hs_profile_view *view,
                                   const struct hs_profile_sums *sums,
                                   size_t type, uint64_t most,
                                   struct hs_arena *arena);

#endif
