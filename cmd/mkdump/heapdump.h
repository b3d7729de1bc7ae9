/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump.h - what the files of the synthetic heap dump share.
 *
 * Objects are numbers 0..count-1, in runs that are structures: a list, a map.
 * What an object is, and what its words point to, follows from its number and
 * the seed (heapdump_kinds.c, heapdump_graph.c); only where structures begin
 * is kept, and where objects lie (heapdump_place.c): some ten bytes an object.
 */
#ifndef MKDUMP_HEAPDUMP_H
#define MKDUMP_HEAPDUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "mkdump.h"

#define HEAPDUMP_NONE  UINT32_MAX /* no object */
#define HEAPDUMP_PAGE  8192u
#define HEAPDUMP_SMALL 512u   /* greater slots have a header, not a bitmap */
#define HEAPDUMP_LARGE 32768u /* greater objects have a span of their own */
#define HEAPDUMP_CODE  UINT64_C(0x401000)
#define HEAPDUMP_TYPES UINT64_C(0x5a0000) /* descriptors, one in 96 bytes */
#define HEAPDUMP_ITABS UINT64_C(0x5e0000) /* one in 32 bytes */
#define HEAPDUMP_TABS  16                 /* itabs, and types they are of */

enum heapdump_kind {
    KIND_GOROUTINES, /* the runtime's list of them, and what each has */
    KIND_TOPS,       /* a table for each variable, of registries */
    KIND_REGISTRY,   /* a table of the structures behind it */
    KIND_RECORD,     /* a struct with strings, and an interface */
    KIND_LIST,       /* singly linked, with values */
    KIND_DLIST,      /* doubly linked, elements that know their list */
    KIND_TREE,       /* binary, with keys */
    KIND_MAP,        /* buckets of keys and values */
    KIND_SLICE,      /* of pointers to strings */
    KIND_BOXES,      /* of pointers to pointers */
    KIND_RING,       /* a cycle that also points elsewhere */
    KIND_BLOB,       /* bytes */
    KIND_CHAIN,      /* from here on, one structure that is all of the heap */
    KIND_TWO_WAY,
    KIND_STAR,
    KIND_DAG,
    KINDS
};

struct heapdump_graph {
    uint64_t seed;
    uint32_t count; /* of objects */
    uint32_t goroutines;
    uint32_t variables;
    bool whole;          /* one structure is all of the heap */
    unsigned go;         /* 24 is go1.24 */
    uint32_t structures; /* structure s has objects FIRST[s]..FIRST[s + 1]-1 */
    const uint32_t *first;
    const uint8_t *kind;  /* by structure, enum heapdump_kind */
    const uint32_t *near; /* by object / 64: the structure that one is in */
    /* Structures that are registries, in order; and those of variable v, as
     * numbers of registries: HELD[HELD_FROM[v]..HELD_FROM[v + 1]-1]. */
    uint32_t registries;
    const uint32_t *registry;
    const uint32_t *held;
    const uint32_t *held_from;
};

/* What one object is, and where in its structure. */
struct heapdump_object {
    uint64_t bytes;  /* asked of the allocator */
    uint64_t mask;   /* bit W % PERIOD: word W is a pointer; 0: free of them */
    uint64_t tabs;   /* likewise: word W is the address of an itab */
    uint32_t period; /* of the masks, in words */
    uint32_t number;
    uint32_t structure;
    uint32_t first; /* object of the structure */
    uint32_t unit;  /* 0..units-1; heads come before all units */
    uint32_t units;
    unsigned part; /* of the heads, and from there on of the unit */
    enum heapdump_kind kind;
};

/* Where a pointer word points: into OBJECT, or to VALUE if that is none. */
struct heapdump_word {
    uint32_t object;
    uint32_t offset;
    uint64_t value;
};

/* A kind: HEADS objects, then units of PER objects. */
unsigned heapdump_heads(enum heapdump_kind kind);
unsigned heapdump_per(enum heapdump_kind kind);

/* Fills in bytes and masks of OBJECT, of which the rest is known. */
void heapdump_measure(const struct heapdump_graph *graph,
                      struct heapdump_object *object);

/* What pointer word W of OBJECT is. */
struct heapdump_word heapdump_word(const struct heapdump_graph *graph,
                                   const struct heapdump_object *object,
                                   uint64_t w);

/* Draws up COUNT objects in GRAPH, of which seed, count, go, goroutines are
 * given; ALL of them are of one structure unless it is KINDS. */
void heapdump_plan(struct heapdump_graph *graph, enum heapdump_kind all,
                   struct hs_arena *arena);

/* What object NUMBER is. */
void heapdump_describe(const struct heapdump_graph *graph, uint32_t number,
                       struct heapdump_object *object);

/* Does no registry list STRUCTURE? */
bool heapdump_orphan(const struct heapdump_graph *graph, uint32_t structure);

/* The registry that has number STRUCTURE: how many structures follow it. */
uint32_t heapdump_members(const struct heapdump_graph *graph,
                          uint32_t structure);

struct heapdump_span {
    uint64_t address;
    uint64_t size;  /* of a slot */
    uint64_t first; /* in slots of the place */
    uint32_t slots; /* that objects may have */
    bool scan;      /* objects with pointers */
};

struct heapdump_place {
    uint64_t seed;
    bool fragmented;
    bool headers;           /* large pointerful slots begin with their type */
    uint32_t bitmap, marks; /* bytes at the end of a small span */
    struct hs_column spans; /* struct heapdump_span, in address order */
    struct hs_column slots; /* uint32_t: the object, or HEAPDUMP_NONE */
    uint32_t *units;        /* by object: (its slot's address - BASE) / 8 */
    uint8_t *header;        /* by object / 8, a bit: its slot has a header */
    uint64_t base, end;
    uint64_t bytes; /* of all objects' slots */
};

/* Gives every object of GRAPH a slot; false if there are not enough. */
bool heapdump_put(struct heapdump_place *place,
                  const struct heapdump_graph *graph, struct hs_arena *arena,
                  struct hs_err *err);

/* The size of the slot that BYTES get. */
uint64_t heapdump_slot(const struct heapdump_place *place, uint64_t bytes,
                       bool scan);

/* Where Go's pointers to OBJECT point. */
static inline uint64_t heapdump_address(const struct heapdump_place *place,
                                        uint32_t object)
{
    return place->base + (uint64_t)place->units[object] * 8 +
           (place->header[object / 8] >> object % 8 & 1) * 8u;
}

/* A well-mixed number that A and B decide. */
static inline uint64_t heapdump_hash(uint64_t a, uint64_t b)
{
    uint64_t state = a * 0xd1342543de82ef95u + b;

    return mkdump_random(&state);
}

#endif
