/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_walk.h - all objects in order, with their bytes and pointer words.
 *
 *     struct hs_heap_walk walk;
 *     const struct hs_memory *memory;
 *
 *     hs_heap_walk_init(&walk, heap, from, to);
 *     while ((memory = hs_heap_walk_next(&walk)))
 *         ... memory is what object walk.object has ...
 *
 * Pages are read a batch at a time.  Threads may walk one heap at once.
 */
#ifndef HS_MODEL_HEAP_WALK_H
#define HS_MODEL_HEAP_WALK_H

#include "model/heap_store.h"

#define HS_WALK_BATCH 64

struct hs_heap_walk {
    uint32_t object; /* the one hs_heap_walk_next() returned */

    const struct hs_heap *heap;
    uint32_t to;
    size_t page;
    const uint8_t *record;      /* of the next batch; or, ... */
    size_t group;               /* ... where records are alike, its group, */
    uint64_t bits, address;     /* what is left of it, where it starts */
    uint32_t page_at, page_end; /* objects of the page still to be read */
    uint32_t batch_at, batch_count;
    struct hs_memory batch[HS_WALK_BATCH];
};

/* Walks the objects FROM .. TO-1. */
void hs_heap_walk_init(struct hs_heap_walk *walk, const struct hs_heap *heap,
                       uint32_t from, uint32_t to);

/* Walks the objects that start in the page at index PAGE. */
void hs_heap_walk_page(struct hs_heap_walk *walk, const struct hs_heap *heap,
                       size_t page);

/* What OBJECT has, read on from where WALK is if that is shortly before: for
 * who asks for one after another, mostly ascending.  WALK is zeroed at first.
 */
struct hs_memory hs_heap_walk_to(struct hs_heap_walk *walk,
                                 const struct hs_heap *heap, uint32_t object);

/* Reads the next batch; false at the end. */
bool hs_heap_walk_batch(struct hs_heap_walk *walk);

static inline const struct hs_memory *
hs_heap_walk_next(struct hs_heap_walk *walk)
{
    if (walk->batch_at == walk->batch_count && !hs_heap_walk_batch(walk))
        return NULL;
    walk->object++;
    return &walk->batch[walk->batch_at++];
}

#endif
