/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump.h - what the files of the synthetic heap dump share.
 *
 * Objects are numbers 0..count-1.  What an object is and points to is a
 * function of its number and the seed alone (heapdump_graph.c), so nothing is
 * kept of it; where it lies is decided once for all (heapdump_place.c).
 */
#ifndef MKDUMP_HEAPDUMP_H
#define MKDUMP_HEAPDUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "mkdump.h"

#define HEAPDUMP_MOST_POINTERS 128

enum heapdump_shape {
    SHAPE_FRESH,      /* a server's heap, allocated in order */
    SHAPE_FRAGMENTED, /* the same, every structure scattered */
    SHAPE_RING,       /* a sentinel and a doubly linked ring with payloads */
    SHAPE_CHAIN,      /* a doubly linked list with a header in each node */
    SHAPE_SCATTERED,  /* the chain, scattered */
    SHAPE_STAR,       /* a slice of nodes that all point back to it */
    SHAPE_SLICE,      /* a slice of nodes with a payload each */
};

struct heapdump_graph {
    uint64_t count, seed;
    enum heapdump_shape shape;
};

struct heapdump_object {
    uint64_t size; /* of its size class */
    bool scan;     /* has pointers */
    /* Words that are pointers, in order, and the objects they point to; a
     * target of COUNT or more is nil. */
    uint32_t pointers;
    uint32_t words[HEAPDUMP_MOST_POINTERS];
    uint64_t targets[HEAPDUMP_MOST_POINTERS];
    /* A slice: word i points to object FIRST + i * STEP, for LENGTH words. */
    uint64_t first, step, length;
};

/* What object NUMBER is. */
void heapdump_describe(const struct heapdump_graph *graph, uint64_t number,
                       struct heapdump_object *object);

/* The objects that roots point to: root I of COUNT. */
uint64_t heapdump_root_count(const struct heapdump_graph *graph);
uint64_t heapdump_root(const struct heapdump_graph *graph, uint64_t i);

struct heapdump_span {
    uint64_t address;
    uint64_t size;  /* of a slot */
    uint64_t first; /* in slots of the place */
    uint32_t slots;
    bool scan;
};

#define HEAPDUMP_FREE UINT32_MAX

struct heapdump_place {
    struct hs_column spans;
    struct hs_column slots; /* uint32_t: the object, or HEAPDUMP_FREE */
    uint32_t *units;        /* by object: its address less BASE, over 8 */
    uint64_t base, end;
    uint64_t bytes; /* of all objects */
};

/* Gives every object an address. */
void heapdump_put(struct heapdump_place *place,
                  const struct heapdump_graph *graph, struct hs_arena *arena);

static inline uint64_t heapdump_address(const struct heapdump_place *place,
                                        uint64_t object)
{
    return place->base + (uint64_t)place->units[object] * 8;
}

/* A well-mixed number that A and B decide. */
static inline uint64_t heapdump_hash(uint64_t a, uint64_t b)
{
    uint64_t state = a * 0xd1342543de82ef95u + b;

    return mkdump_random(&state);
}

#endif
