/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_match.h - what became of the objects between two dumps of one process.
 *
 * Go's collector does not move objects: an object of the same address and size
 * in both dumps survived.  A slot that was freed and used again looks the
 * same, so what is new and what was freed are lower bounds.
 */
#ifndef HS_ALGO_HEAP_MATCH_H
#define HS_ALGO_HEAP_MATCH_H

#include "algo/heap_case.h"

struct hs_tally {
    uint64_t objects, bytes;
};

struct hs_fate {
    struct hs_tally survived, fresh, freed;
};

/* The objects that one holder retains: those of the new dump that survived and
 * that are fresh, and those of the old dump that were freed. */
struct hs_fate_row {
    const char *kind; /* "shared" and "unreachable" are rows, too */
    struct hs_str name;
    struct hs_fate fate;
};

struct hs_fates {
    struct hs_fate total;
    const struct hs_fate_row *rows; /* what grew most first: fresh - freed
                                     * bytes; then by kind and name */
    size_t count;
};

/* Matches the objects of both heaps, in ARENA. */
struct hs_fates *hs_heap_match(const struct hs_heap_case *old,
                               const struct hs_heap_case *new,
                               struct hs_arena *arena,
                               struct hs_arena *scratch);

#endif
