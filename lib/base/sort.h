/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.h - stable radix sorts for many integers, and the first few of many.
 *
 * Of integers: linear, no comparison function, the same order everywhere.  Time
 * goes with the bits of the key, so name no more than are in use.
 */
#ifndef HS_BASE_SORT_H
#define HS_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Sorts COUNT words by the BITS bits from LOW_BIT upwards, ascending; words
 * that agree in those keep their order.  Takes a buffer of the same size from
 * ARENA, given back if large. */
void hs_sort_u64(uint64_t *words, size_t count, unsigned low_bit, unsigned bits,
                 struct hs_arena *arena);

/* How many bits it takes to write LARGEST: what to pass for BITS. */
static inline unsigned hs_sort_bits(uint64_t largest)
{
    return largest ? 64 - (unsigned)__builtin_clzll(largest) : 0;
}

/*
 * Sorts as qsort_r() does, but only so far that the FIRST elements of COUNT are
 * right; what is behind them is in no order.  COMPARE tells any two apart.  For
 * a table of ten rows of a hundred thousand that is a tenth of the work.
 */
void hs_sort_first(void *elements, size_t count, size_t size, size_t first,
                   int (*compare)(const void *, const void *, void *context),
                   void *context);

#endif
