/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.h - who keeps what alive: the answer to the product's question.
 *
 * A node is an object (0..objects-1) or a holder (objects + holder number).
 * Small trees are folded into what refers to them while the graph is worked
 * on: an object with one referrer that points to nothing, or only to what is
 * folded into it.  The accessors hide that.
 *
 * Sizes are exact: what the collector would free were the node gone, from the
 * dominator tree; where something is not exact the field says so.
 *
 * More than 12 functions: what is kept is too compact to be read otherwise.
 */
#ifndef HS_ALGO_RETENTION_H
#define HS_ALGO_RETENTION_H

#include "algo/dominators.h"
#include "algo/holders.h"
#include "base/arena.h"
#include "base/err.h"
#include "model/heap.h"

#define HS_NO_NODE UINT32_MAX

struct hs_retention; /* opaque; lives in the arena it was made in */

/* Retained and jointly held memory of one exact set of holders. */
struct hs_shared {
    const uint32_t *holders; /* unit holders, sorted by number */
    uint32_t holder_count;
    uint64_t bytes, objects;
    bool approximate; /* a cap was met: the set is larger than listed */
    /* What it is made of: the numbers (hs_retention_node) of the tops of its
     * parts of the dominator tree, ascending. */
    const uint32_t *tops;
    uint32_t top_count;
};

struct hs_totals {
    uint64_t objects, bytes;
    uint64_t reachable_objects, reachable_bytes;
    uint64_t unreachable_objects, unreachable_bytes;
};

/* Builds graph, dominators, retained sizes, root paths and sharing of a frozen
 * HEAP with THREADS threads (0: as many as there are cores, at most 2).  The
 * result is made in ARENA, everything passing in SCRATCH.  False with ERR
 * filled only for HS_ELIMIT (too many objects or edges). */
bool hs_retention_new(const struct hs_heap *heap,
                      const struct hs_holders *holders, unsigned threads,
                      struct hs_arena *arena, struct hs_arena *scratch,
                      struct hs_retention **retention, struct hs_err *err);

struct hs_totals hs_retention_totals(const struct hs_retention *retention);

/* The node of a holder. */
uint32_t hs_retention_holder(const struct hs_retention *r, uint32_t holder);

/* False for garbage: no root reaches NODE. */
bool hs_retention_reached(const struct hs_retention *r, uint32_t node);

/* What goes when NODE goes, itself included if it is an object; all of it, or
 * one of its parts. */
struct hs_retained hs_retention_of(const struct hs_retention *r, uint32_t node);
uint64_t hs_retention_bytes(const struct hs_retention *r, uint32_t node);
uint64_t hs_retention_objects(const struct hs_retention *r, uint32_t node);

/* Immediate dominator; HS_NO_NODE for the heap and for garbage. */
uint32_t hs_retention_dominator(const struct hs_retention *r, uint32_t node);

/* The node before NODE on a shortest path from the heap to it, deferred
 * holders only where nothing else reaches; HS_NO_NODE for the heap and for
 * garbage. */
uint32_t hs_retention_parent(const struct hs_retention *r, uint32_t node);

/* Up to MOST dominator children of NODE, the largest first (ties: smaller node
 * first), into NODES; returns how many.  *ALL counts all children.  Holders
 * that retain nothing are left out.  Not to be asked by two threads at once:
 * who asks often makes R list all children. */
uint32_t hs_retention_children(const struct hs_retention *r, uint32_t node,
                               uint32_t *nodes, uint32_t most, uint32_t *all);

/* The same with what each of them retains. */
struct hs_child {
    uint32_t node;
    struct hs_retained retained;
};

uint32_t hs_retention_list_children(const struct hs_retention *r, uint32_t node,
                                    struct hs_child *children, uint32_t most,
                                    uint32_t *all);

/* How many children of NODE are like its child LIKE: objects of its size, or
 * holders of its kind, that retain as much.  *OBJECTS is what they all
 * retain. */
uint32_t hs_retention_alike(const struct hs_retention *r, uint32_t node,
                            uint32_t like, uint64_t *objects);

/* Retained plus the shared rows whose set, goroutines left out, is HOLDER
 * alone (DESIGN section 5). */
uint64_t hs_retention_owned(const struct hs_retention *r, uint32_t holder);

/* Jointly held memory, largest first. */
const struct hs_shared *hs_retention_shared(const struct hs_retention *r,
                                            size_t *count);

/*
 * For algorithms that walk the graph itself (paths.h, types): the nodes that
 * roots reach and that are not folded have numbers 1..count of DOM, whose
 * graph is frozen.  A folded object has number 0; the one thing that refers to
 * it is its dominator, and may be folded itself.
 */
const struct hs_dominators *hs_retention_numbers(const struct hs_retention *r);
uint32_t hs_retention_number(const struct hs_retention *r, uint32_t node);
uint32_t hs_retention_node(const struct hs_retention *r, uint32_t number);

/* The number of NODE, or of the nearest one above that has one: 0 for
 * garbage. */
uint32_t hs_retention_number_above(const struct hs_retention *r, uint32_t node);

#endif
