/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders.h - who can hold memory: the tree of roots above the objects.
 *
 *   heap
 *   ├── globals ── package ── variable
 *   ├── goroutines ── group ── goroutine ── frame
 *   ├── finalizers ── function ── finalizer
 *   ├── timers ── function
 *   ├── cleanups · pools
 *   └── runtime
 *
 * Holders are nodes of the graph (DESIGN section 3), so retained sizes of every
 * level come out of one dominator tree.  Holder 0 is the heap.  They are
 * numbered level by level, so a holder's children stand together and each of
 * its columns ends where the next holder's begins:
 *
 *   children of h   holders[h].first_child .. holders[h + 1].first_child
 *   roots of h      roots[holders[h].first_root .. holders[h + 1].first_root)
 *
 * holders[holder_count] closes the last.  A million goroutines have several
 * million frames: a holder costs 20 bytes, names and sizes are accessors, and
 * a frame that points to nothing is no holder.
 *
 * Without an executable a variable is one pointer word, named by segment and
 * offset, right below the globals.  Where the word of one variable points into
 * data or BSS, and what is there has no name, that belongs to it and hangs
 * below no package of its own (has no parent: parent is its own number).
 */
#ifndef HS_ALGO_HOLDERS_H
#define HS_ALGO_HOLDERS_H

#include "base/arena.h"
#include "model/names.h"

enum hs_holder_kind {
    HS_HOLDER_HEAP,
    HS_HOLDER_GLOBALS,
    HS_HOLDER_PACKAGE, /* record: number in packages */
    HS_HOLDER_GLOBAL,  /* a variable; record: number in variables */
    HS_HOLDER_GOROUTINES,
    HS_HOLDER_GROUP,      /* equal stacks; record: number in groups */
    HS_HOLDER_GOROUTINE,  /* record: number in heap->goroutines */
    HS_HOLDER_FRAME,      /* record: number in heap->frames */
    HS_HOLDER_FINALIZERS, /* all, or those of one function (record: number
                           * in finalizer_functions) */
    HS_HOLDER_FINALIZER,  /* record: number in heap->finalizers */
    HS_HOLDER_CLEANUPS,   /* one; what it holds is found by retention.h, which
                           * sees what nothing else points to: it has no roots
                           * here */
    HS_HOLDER_TIMERS,     /* that wait to fire: all, or those of one function
                           * (record: number in timer_functions); known only with
                           * an executable */
    HS_HOLDER_POOLS,
    HS_HOLDER_RUNTIME,     /* what the runtime listed without saying why, and
                            * its variables, if they have names */
    HS_HOLDER_UNREACHABLE, /* what no root reaches; has no roots */
};

#define HS_NO_RECORD UINT32_MAX

struct hs_holder {
    uint32_t parent; /* its own number: none */
    uint32_t first_child, first_root;
    uint32_t record;
    uint8_t kind;  /* enum hs_holder_kind */
    bool unit;     /* what the sets of `shared` rows are made of: a variable, a
                    * group, finalizers, cleanups, ... */
    bool deferred; /* root paths go through it, or what is below it, only when
                    * nothing else holds the target: goroutines with their
                    * frames, defers and waits, and finalizers */
};

/* A word, resolved: the object that a holder points to (see above which). */
struct hs_root {
    uint32_t object;
};

/* A holder that points to a holder: `var cache = &LRU{...}`, where the word of
 * one variable points into data or BSS.  Sorted by from. */
struct hs_holder_edge {
    uint32_t from, to;
};

struct hs_variable {
    uint64_t address;   /* of its first word that holds anything */
    uint32_t segment;   /* in heap->segments */
    uint32_t global;    /* in names->globals; HS_NO_GLOBAL: one word */
    struct hs_str name; /* empty: named by segment and offset */
};

struct hs_goroutine_group {    /* goroutines of equal function names all the way
                                  down */
    struct hs_str name;        /* DESIGN section 5 */
    struct hs_str wait_reason; /* of the first that waits; "" if none does */
    uint32_t goroutines;       /* how many */
    uint32_t first;            /* one of them, in heap->goroutines */
    uint32_t old;              /* waiting since before the last GC */
    uint64_t stack_bytes;      /* frames, exact */
    bool system;
};

struct hs_holders {
    const struct hs_heap *heap;
    const struct hs_holder *holders; /* holder_count + 1 */
    const struct hs_root *roots;
    const struct hs_holder_edge *edges;
    const struct hs_variable *variables;
    const struct hs_goroutine_group *groups;
    const struct hs_str *packages;       /* import paths, by name */
    const uint64_t *timer_functions;     /* pcs; 0 unknown, 1 to a channel */
    const uint64_t *finalizer_functions; /* entry pcs */
    /* Objects whose own words keep nothing alive, and objects that roots may
     * hold but no other object: a g and the sudogs it waits with, which
     * runtime.allgs, channels and semaphores list but do not keep, and the
     * scheduler's Ps and Ms.  Both sorted, each object once. */
    const uint32_t *muted, *captive;
    size_t holder_count, root_count, edge_count, variable_count, group_count,
        package_count, finalizer_function_count, muted_count, captive_count;
    bool runtime_told_apart; /* false: without names the runtime's variables
                              * could not be told from the program's */
};

/* Makes the holders of a frozen HEAP in ARENA. */
struct hs_holders *hs_holders_new(const struct hs_heap *heap,
                                  struct hs_arena *arena,
                                  struct hs_arena *scratch);

/* Is HOLDER what a variable points to in data or BSS, and named after it?  All
 * that it holds, that one holds. */
bool hs_holders_is_part(const struct hs_holders *holders, uint32_t holder);

/* The holder's name, made in ARENA where it has to be: "main.worker",
 * "goroutine 17", "data+0x1a40". */
struct hs_str hs_holders_name(const struct hs_holders *holders, uint32_t holder,
                              struct hs_arena *arena);

/* Goroutines at or below it, and the bytes of their frames; 0 for others. */
uint64_t hs_holders_goroutines(const struct hs_holders *holders,
                               uint32_t holder);
uint64_t hs_holders_stack_bytes(const struct hs_holders *holders,
                                uint32_t holder);

/* How many things it stands for: goroutines, or timers that wait to fire; 0 for
 * others. */
uint64_t hs_holders_members(const struct hs_holders *holders, uint32_t holder);

/* "global", "package", "goroutines", ...: the names of DESIGN section 5. */
const char *hs_holder_kind_name(enum hs_holder_kind kind);

#endif
