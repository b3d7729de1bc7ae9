/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.h - what kinds of objects a heap has.
 *
 * With an executable most objects have a type of the program (model/names.h).
 * What a dump alone tells: since Go 1.22 an object with pointers in a slot of
 * more than 512 bytes (128 on 32-bit machines) and at most 32 KiB starts with
 * the address of its type descriptor.  Such objects are told apart by it, and
 * named if the dump has a record of that type.  All others are told apart by
 * the size of their slot and by whether they hold pointers, and are called just
 * that: "64 B, pointers".  What golang/ has guessed is a row of its own,
 * "main.T (a guess)".
 *
 * Only objects that a root reaches are counted; all of them if that is none.
 */
#ifndef HS_ALGO_TYPES_H
#define HS_ALGO_TYPES_H

#include "algo/retention_walk.h"
#include "base/map.h"
#include "model/heap_walk.h"
#include "model/names.h"

struct hs_type_row {
    struct hs_str name;  /* "main.Order", "[]main.Line", "type@0x4ab6e0",
                          * "64 B, no pointers" */
    uint64_t descriptor; /* address of its type; 0: told by its slot */
    uint64_t slot;       /* bytes; 0 if told by a descriptor */
    bool pointers;
    bool named; /* NAME is what Go calls it */
    uint64_t objects, bytes;
    uint64_t retained_bytes; /* by the objects of it that no other object of it
                              * dominates: nothing is counted twice */
};

struct hs_types {
    const struct hs_heap *heap;
    const struct hs_names *names;
    const struct hs_type_row *rows; /* in the order of their first objects */
    size_t count;
    uint64_t typed_objects, typed_bytes; /* of rows that are named */

    /* For types*.c: */
    struct hs_map rows_by_key, records_by_type;
    bool headers;               /* big slots start with their descriptor */
    uint32_t type_count;        /* of names */
    const uint32_t *package_of; /* by type: number in packages; NULL: rows are
                                 * types */
    const struct hs_str *packages;
};

/* Counts by kind and label, where the types are counted anyway. */
struct hs_types_tally {
    const uint16_t *label;  /* by number: 1 and on; 0 is not counted */
    uint32_t labels;        /* fewer afterwards, if there are too many rows */
    struct hs_column cells; /* struct hs_kind_count: row by row, in each the
                             * labels from 1 on */
};

struct hs_kind_count {
    uint64_t objects, bytes;
};

/* Finds and counts the types of HEAP in ARENA.  TALLY may be NULL. */
struct hs_types *hs_types_new(const struct hs_heap *heap,
                              const struct hs_retention *retention,
                              struct hs_types_tally *tally,
                              struct hs_arena *arena, struct hs_arena *scratch);

/* The same by the packages of the types: rows are import paths, and what has no
 * type or is of no package. */
struct hs_types *hs_types_by_package(const struct hs_heap *heap,
                                     const struct hs_retention *retention,
                                     struct hs_arena *arena,
                                     struct hs_arena *scratch);

/* Which row OBJECT is of.  For paths and details, not for every object. */
uint32_t hs_types_of(const struct hs_types *types, uint32_t object);

/* The numbers of the rows that have objects, what retains most first, then the
 * most bytes, then by name.  *COUNT says how many. */
const uint32_t *hs_types_order(const struct hs_types *types, size_t *count,
                               struct hs_arena *arena);

#endif
