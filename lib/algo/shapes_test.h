/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shapes_test.h - graphs for tests: small ones of every kind, big regular
 * ones, and the plain reachability that oracles are made of.
 */
#ifndef HS_ALGO_SHAPES_TEST_H
#define HS_ALGO_SHAPES_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "algo/digraph.h"
#include "base/arena.h"

struct test_shape {
    uint32_t nodes; /* 0 is the root */
    struct hs_column edges;
    uint64_t *bytes;
    uint32_t *objects;
    struct hs_arena *arena;
};

/* A number below LIMIT, from a small generator with its state in SEED. */
uint32_t hs_shape_draw(uint64_t *seed, uint32_t limit);

/* NODES nodes without edges; random weights, some too big for a narrow row. */
struct test_shape hs_shape_new(uint32_t nodes, uint64_t seed,
                               struct hs_arena *arena);

void hs_shape_edge(struct test_shape *shape, uint32_t from, uint32_t to);

/* A graph of at most MOST nodes: random, near-tree, acyclic, local, ladder or
 * irreducible, with loops, repeated edges and parts out of reach. */
struct test_shape hs_shape_random(uint32_t most, uint64_t seed,
                                  struct hs_arena *arena);

/* The rows of SHAPE, in ARENA. */
struct hs_digraph hs_shape_digraph(const struct test_shape *shape,
                                   struct hs_arena *arena);

/* Sets seen[i] for all that FROM reaches without entering a node whose WALL is
 * set (NULL: no walls; FROM itself may have one).  Iterates to a fixed point,
 * as plainly as can be. */
void hs_shape_reach(const struct test_shape *shape, uint32_t from,
                    const bool *wall, bool *seen);

#endif
