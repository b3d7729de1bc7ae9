/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitset.h - a set of small integers, one bit each.
 *
 * Borrowed memory, fixed size, no bounds checks: the caller keeps to 0 ..
 * bits-1.  Threads may write one set only where they write different words.
 */
#ifndef HS_BASE_BITSET_H
#define HS_BASE_BITSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* How many bits of WORD are set.  Without -mpopcnt the compiler would call a
 * function that looks up bytes in a table; this is a dozen instructions. */
static inline unsigned hs_bits_of(uint64_t word)
{
#ifdef __POPCNT__
    return (unsigned)__builtin_popcountll(word);
#else
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (unsigned)(word * 0x0101010101010101 >> 56);
#endif
}

/* Which bit of WORD is set and has INDEX set ones below it; there is one. First
 * the byte (Vigna, "Broadword implementation of rank/select queries", 2008), as
 * a loop over all bits would take as many steps as there are. */
static inline unsigned hs_bits_select(uint64_t word, unsigned index)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t sums = word - (word >> 1 & 0x5555555555555555);
    unsigned at;

    sums = (sums & 0x3333333333333333) + (sums >> 2 & 0x3333333333333333);
    sums = ((sums + (sums >> 4)) & 0x0f0f0f0f0f0f0f0f) * ones;
    /* In byte B of SUMS: how many are set in bytes 0 .. B of WORD. */
    at = 8 * (unsigned)(((((index * ones | tops) - sums) & tops) >> 7) * ones >>
                        56);
    if (at)
        index -= (unsigned)(sums >> (at - 8) & 0xff);
    for (word >>= at; index; index--)
        word &= word - 1;
    return at + (unsigned)__builtin_ctzll(word);
}

struct hs_bitset {
    uint64_t *words;
    uint64_t bits;
};

static inline uint64_t hs_bitset_words(uint64_t bits)
{
    return (bits + 63) / 64;
}

/* An empty set of up to BITS integers in ARENA. */
static inline struct hs_bitset hs_bitset_new(uint64_t bits,
                                             struct hs_arena *arena)
{
    return (struct hs_bitset){
        .words = hs_arena_zeroed(arena, hs_bitset_words(bits), 8),
        .bits = bits};
}

/* Gives a large set back before its arena goes. */
static inline void hs_bitset_release(struct hs_bitset *set,
                                     struct hs_arena *arena)
{
    hs_arena_release(arena, set->words, hs_bitset_words(set->bits) * 8);
    *set = (struct hs_bitset){0};
}

static inline bool hs_bitset_has(const struct hs_bitset *set, uint64_t bit)
{
    return set->words[bit / 64] >> bit % 64 & 1;
}

static inline void hs_bitset_add(struct hs_bitset *set, uint64_t bit)
{
    set->words[bit / 64] |= (uint64_t)1 << bit % 64;
}

static inline void hs_bitset_remove(struct hs_bitset *set, uint64_t bit)
{
    set->words[bit / 64] &= ~((uint64_t)1 << bit % 64);
}

#endif
