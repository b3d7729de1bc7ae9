/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setpool.h - sets of small integers, every set kept once.
 *
 * A set is an id: equal sets have equal ids.  Ids count up in the order in
 * which sets come to be, so they are the same in every run.  Sets cost memory
 * and unions cost time; past the pool's stated limits a union yields
 * HS_SETPOOL_MANY, the set that is only known to be wider, and stays it.
 */
#ifndef HS_ALGO_SETPOOL_H
#define HS_ALGO_SETPOOL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bitset.h"

#define HS_SETPOOL_MANY  0u
#define HS_SETPOOL_EMPTY 1u

struct hs_setpool_limits {
    uint64_t elements; /* kept, of all sets together */
    uint64_t work;     /* elements looked at, by all unions together */
};

struct hs_setpool {
    struct hs_arena *arena;
    struct hs_setpool_limits limits;
    uint64_t work;
    struct hs_column elements; /* of uint32_t: the sets one after another */
    struct hs_column sets;     /* of struct setpool_set, by id */
    struct hs_bitset union_of; /* where a union is made; empty between */
    uint32_t *singles;         /* by element: the id of {element}, or 0 */
    uint32_t *table;           /* ids by hash of their elements; 0 is free */
    uint32_t mask;             /* of the table */
    uint32_t turn;             /* counts unions */
    struct setpool_memo *memo; /* unions of two, some of them */
};

/* An empty pool for elements below UNIVERSE; all of it lives in ARENA. */
void hs_setpool_init(struct hs_setpool *pool, uint32_t universe,
                     struct hs_setpool_limits limits, struct hs_arena *arena);

uint32_t hs_setpool_single(struct hs_setpool *pool, uint32_t element);

/* The union of the COUNT sets at IDS, which may repeat. */
uint32_t hs_setpool_union(struct hs_setpool *pool, const uint32_t *ids,
                          size_t count);

/* The elements of set ID, ascending; *COUNT says how many. Good until the next
 * new set. */
const uint32_t *hs_setpool_at(const struct hs_setpool *pool, uint32_t id,
                              uint32_t *count);

#endif
