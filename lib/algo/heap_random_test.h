/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_random_test.h - small heaps of every kind, and plain answers about them.
 *
 * A heap is written as a dump, read back, and has its holders found as the
 * program does.  Beside it stands the same graph as a matrix, made of what was
 * written and not of what was read; all answers here come from it, by taking
 * nodes away and flooding.
 */
#ifndef HS_ALGO_HEAP_RANDOM_TEST_H
#define HS_ALGO_HEAP_RANDOM_TEST_H

#include "algo/dump_test.h"
#include "algo/holders.h"
#include "algo/retention.h"

#define RANDOM_OBJECTS 56
#define RANDOM_WORDS   12
#define RANDOM_NODES   192 /* objects and holders */

/* Allocation sites: the first has no stack, the others are called main.siteN,
 * below which there is the runtime. */
#define RANDOM_SITES 4

struct random_object {
    uint64_t address, size;
    uint64_t words[RANDOM_WORDS], mask;
    uint32_t count;
    uint32_t site; /* 1 .. RANDOM_SITES; 0: not sampled */
};

struct random_heap {
    struct test_dump dump;
    struct hs_arena arena;
    const struct hs_heap *heap;
    struct hs_holders *holders;
    uint32_t muted[RANDOM_OBJECTS], captive[RANDOM_OBJECTS];

    struct random_object object[RANDOM_OBJECTS]; /* by address */
    uint32_t objects, nodes;
    bool edge[RANDOM_NODES][RANDOM_NODES];
    bool reached[RANDOM_NODES];
    /* [a][b]: a, or a node that a dominates, is b. */
    bool dominates[RANDOM_NODES][RANDOM_NODES];
    uint32_t idom[RANDOM_NODES];                          /* HS_NO_NODE: none */
    uint64_t bytes[RANDOM_NODES], retained[RANDOM_NODES]; /* objects */
};

/* The heap of SEED; false if it has too many holders to be looked at. */
bool random_heap_open(struct random_heap *r, uint64_t seed);
void random_heap_close(struct random_heap *r);

/* True if NODE is a holder with the mark. */
bool random_heap_is_unit(const struct random_heap *r, uint32_t node);
bool random_heap_is_deferred(const struct random_heap *r, uint32_t node);

/* Sets seen[] for all that FROM reaches without entering a node whose WALL is
 * set (NULL: none). */
void random_heap_flood(const struct random_heap *r, uint32_t from,
                       const bool *wall, bool *seen);

#endif
