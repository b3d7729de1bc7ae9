/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.h - stable radix sorts for many integers.
 *
 * Linear, no comparison function, the same order everywhere.  Time goes with
 * the bits that the largest key uses, so say what the largest is.
 */
#ifndef HS_BASE_SORT_H
#define HS_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Sorts COUNT words by their bits from LOW_BIT (of 0..63) upwards, ascending;
 * words that agree in those keep their order.  No word has more than LARGEST
 * there.  Takes a buffer of the same size from ARENA, given back if large. */
void hs_sort_u64(uint64_t *words, size_t count, unsigned low_bit,
                 uint64_t largest, struct hs_arena *arena);

#endif
