/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocation.h - where the objects that somebody holds were allocated.
 *
 * A Go dump has the allocation stack of each object that the memory profiler
 * sampled (one in 512 KiB by default).  Joined with the dominator tree they
 * tell for any holder: "61 of 64 sampled objects at main.go:52".  Counts are
 * of sampled objects as they are; nothing is scaled up.
 */
#ifndef HS_ALGO_ALLOCATION_H
#define HS_ALGO_ALLOCATION_H

#include "algo/retention.h"

#define HS_NO_SITE UINT32_MAX

struct hs_allocations; /* opaque; lives in the arena it was made in */

/* Joins the samples of HEAP with its objects. */
struct hs_allocations *hs_allocations_new(const struct hs_heap *heap,
                                          struct hs_arena *arena,
                                          struct hs_arena *scratch);

/* How many objects have their allocation stack. */
size_t hs_allocations_count(const struct hs_allocations *allocations);

/* The objects that have one, in order: I is 0 .. count-1. */
uint32_t hs_allocations_object(const struct hs_allocations *allocations,
                               size_t i);

/* The alloc_sites number of OBJECT, or HS_NO_SITE. */
uint32_t hs_allocations_site(const struct hs_allocations *allocations,
                             uint32_t object);

/* The line of a site that a developer would name: the innermost one outside
 * the runtime, outside the standard library if there is one.  NULL for what
 * the runtime allocates for itself (a g), and for a site without a stack. */
const struct hs_stack_line *hs_allocations_line(const struct hs_heap *heap,
                                                uint32_t site);

/* The last element of the line's file: "main.go". */
struct hs_str hs_stack_line_file(const struct hs_stack_line *line);

/* Orders lines by file, number and function; NULL goes first. */
int hs_stack_line_compare(const struct hs_stack_line *a,
                          const struct hs_stack_line *b);

/* What the sampled objects below one node say. */
struct hs_origin {
    uint32_t sampled; /* objects with a stack, the node itself included */
    uint32_t at_line; /* of these, allocated at LINE */
    const struct hs_stack_line *line; /* the most frequent; NULL if none */
};

/* For each of COUNT different NODES (objects or holders) what it dominates was
 * allocated where, into ORIGINS.  Costs one walk up from each sampled object,
 * no node walked twice. */
void hs_allocations_origins(const struct hs_allocations *allocations,
                            const struct hs_retention *retention,
                            const uint32_t *nodes, size_t count,
                            struct hs_origin *origins,
                            struct hs_arena *scratch);

/* The same by groups of the caller: GROUPS[i] says in which of COUNT groups
 * the object of sample i (hs_allocations_object) is, HS_NO_GROUP for none. */
#define HS_NO_GROUP UINT32_MAX

void hs_allocations_group(const struct hs_allocations *allocations,
                          const uint32_t *groups, size_t count,
                          struct hs_origin *origins, struct hs_arena *scratch);

#endif
