/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.h - stable radix sorts for many integers.
 *
 * Linear, no comparison function, the same order everywhere.  Time goes with
 * the bits of the key, so name no more than are in use.
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

#endif
