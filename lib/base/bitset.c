/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitset.c - counting and finding in sets of bits, a word at a time.
 */
#include "base/bitset.h"

uint64_t hs_bitset_count(const struct hs_bitset *set, uint64_t from,
                         uint64_t to)
{
    uint64_t first = from / 64, last, count = 0;

    if (from >= to)
        return 0;
    last = (to - 1) / 64;
    for (uint64_t i = first; i <= last; i++) {
        uint64_t word = set->words[i];

        if (i == first)
            word &= UINT64_MAX << from % 64;
        if (i == last)
            word &= UINT64_MAX >> (63 - (to - 1) % 64);
        count += (uint64_t)__builtin_popcountll(word);
    }
    return count;
}

uint64_t hs_bitset_next(const struct hs_bitset *set, uint64_t from)
{
    uint64_t at = from / 64, words = hs_bitset_words(set->bits), word, found;

    if (from >= set->bits)
        return set->bits;
    word = set->words[at] & UINT64_MAX << from % 64;
    while (!word) {
        if (++at == words)
            return set->bits;
        word = set->words[at];
    }
    found = at * 64 + (uint64_t)__builtin_ctzll(word);
    return found < set->bits ? found : set->bits;
}
