/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_case.h - a heap with all that is worked out of it, for whoever asks.
 *
 * Sections, findings and views read the same few results; they are made once
 * per snapshot, in this order, and live in the arena that was given.
 */
#ifndef HS_ALGO_HEAP_CASE_H
#define HS_ALGO_HEAP_CASE_H

#include "algo/allocation.h"
#include "algo/holders.h"
#include "algo/retention.h"

struct hs_heap_case {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    const struct hs_allocations *allocations;
    struct hs_totals totals;
};

/* Works HEAP out with THREADS threads (0: as many as pay).  NULL with ERR
 * filled if it is too large (HS_ELIMIT). */
const struct hs_heap_case *hs_heap_case_new(const struct hs_heap *heap,
                                            unsigned threads,
                                            struct hs_arena *arena,
                                            struct hs_err *err);

#endif
