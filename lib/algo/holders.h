/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders.h - who can hold memory: the tree of roots above the objects.
 *
 *   heap
 *   ├── globals ── package ── variable
 *   ├── goroutines ── group ── goroutine ── frame
 *   ├── finalizers · cleanups · timers · pools
 *   └── runtime
 *
 * Holders are nodes of the graph (DESIGN section 3), so retained sizes of every
 * level come out of one dominator tree.  Holder 0 is the heap; a holder's
 * parent has a smaller number.  Children are contiguous only by accident.
 *
 * Roots are words: (holder, address).  Addresses are as the program had them,
 * interior pointers included; what points to no object is left out.  Sorted by
 * holder, so a holder's roots are roots[first_root .. first_root+root_count).
 */
#ifndef HS_ALGO_HOLDERS_H
#define HS_ALGO_HOLDERS_H

#include "base/arena.h"
#include "model/heap.h"

enum hs_holder_kind {
    HS_HOLDER_HEAP,
    HS_HOLDER_GLOBALS,
    HS_HOLDER_PACKAGE,
    HS_HOLDER_GLOBAL, /* a variable: a unit of sharing */
    HS_HOLDER_GOROUTINES,
    HS_HOLDER_GROUP, /* goroutines of equal stacks: a unit of sharing */
    HS_HOLDER_GOROUTINE,
    HS_HOLDER_FRAME,
    HS_HOLDER_FINALIZERS,
    HS_HOLDER_CLEANUPS,
    HS_HOLDER_TIMERS,
    HS_HOLDER_POOLS,
    HS_HOLDER_RUNTIME,
    HS_HOLDER_UNREACHABLE, /* what no root reaches; has no roots */
};

struct hs_holder {
    uint32_t parent;
    uint32_t first_root, root_count;
    uint32_t first_child, next_sibling; /* 0: none */
    uint32_t record;  /* goroutine, frame, segment or finalizer number */
    uint32_t count;   /* of a group: its goroutines; else 1 */
    uint8_t kind;     /* enum hs_holder_kind */
    bool unit;        /* variable, group, or a kind of its own: what `shared`
                       * rows are made of */
    bool deferred;    /* root paths go through it only when nothing else holds
                       * the target: frames, weak-like runtime lists */
    uint64_t address; /* of the variable, the g, or the frame's sp */
    uint64_t stack_bytes; /* frames below it, exact */
    struct hs_str name;   /* "data+0x1a40", "main.(*Pool).run", ... */
};

struct hs_root {
    uint32_t holder;
    uint32_t object;
};

/* A holder that points to a holder: `var cache = &LRU{...}`, where the word of
 * one variable points into data or BSS. */
struct hs_holder_edge {
    uint32_t from, to;
};

struct hs_holders {
    const struct hs_holder *holders;
    const struct hs_root *roots;
    const struct hs_holder_edge *edges; /* sorted by from */
    const uint32_t *muted; /* objects whose own words keep nothing alive:
                            * runtime.allgs, g, sudog, semaphore roots;
                            * sorted */
    size_t holder_count, root_count, edge_count, muted_count;
    bool runtime_told_apart; /* false: without names the runtime's variables
                              * could not be told from the program's */
};

/* Makes the holders of a frozen HEAP in ARENA. */
struct hs_holders *hs_holders_new(const struct hs_heap *heap,
                                  struct hs_arena *arena,
                                  struct hs_arena *scratch);

/* "global", "package", "goroutines", ...: the names of DESIGN section 5. */
const char *hs_holder_kind_name(enum hs_holder_kind kind);

#endif
