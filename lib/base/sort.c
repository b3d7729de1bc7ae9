/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.c - radix sort from the least digit up.
 */
#include "base/sort.h"

#include <string.h>

#define MAX_DIGIT 11
/* Below this, insertion is quicker and takes no buffer. */
#define FEW 24

static void insert_sort(uint64_t *words, size_t count, unsigned low_bit,
                        uint64_t mask)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t word = words[i];
        uint64_t key = word >> low_bit & mask;
        size_t at = i;

        for (; at > 0 && (words[at - 1] >> low_bit & mask) > key; at--)
            words[at] = words[at - 1];
        words[at] = word;
    }
}

/* FROM to TO, ordered by the BITS bits at SHIFT. */
static void deal(const uint64_t *from, uint64_t *to, size_t count,
                 unsigned shift, unsigned bits)
{
    size_t starts[1 << MAX_DIGIT] = {0}, at = 0;
    uint64_t mask = ((uint64_t)1 << bits) - 1;

    for (size_t i = 0; i < count; i++)
        starts[from[i] >> shift & mask]++;
    for (size_t digit = 0; digit <= mask; digit++) {
        size_t here = starts[digit];

        starts[digit] = at;
        at += here;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & mask]++] = from[i];
}

void hs_sort_u64(uint64_t *words, size_t count, unsigned low_bit, unsigned bits,
                 struct hs_arena *arena)
{
    size_t size = count * sizeof(*words);
    uint64_t *from = words, *to;

    if (bits == 0)
        return;
    if (count <= FEW) {
        insert_sort(words, count, low_bit, UINT64_MAX >> (64 - bits));
        return;
    }
    to = hs_arena_alloc(arena, size);
    for (unsigned passes = (bits + MAX_DIGIT - 1) / MAX_DIGIT; passes > 0;
         passes--) {
        unsigned digit = (bits + passes - 1) / passes;
        uint64_t *swap = from;

        deal(from, to, count, low_bit, digit);
        low_bit += digit;
        bits -= digit;
        from = to;
        to = swap;
    }
    if (from != words) {
        memcpy(words, from, size);
        to = from;
    }
    hs_arena_release(arena, to, size);
}
