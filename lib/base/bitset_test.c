/* SPDX-License-Identifier: Apache-2.0 */
/* bitset_test.c - a bitset has what was added, at the seams of words too. */
#include "base/bitset.h"

#include "base/test.h"

TEST(a_bitset_has_what_was_added_and_nothing_else)
{
    enum { BITS = 200 };
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_bitset set = hs_bitset_new(BITS, &arena);
    bool plain[BITS] = {0};

    for (unsigned i = 0; i < BITS; i++) {
        if (i * i % 7 == 2 || (i > 62 && i < 130 && i % 2)) {
            hs_bitset_add(&set, i);
            plain[i] = true;
        }
    }
    for (unsigned i = 0; i < BITS; i++)
        CHECK(hs_bitset_has(&set, i) == plain[i]);
    hs_arena_free(&arena);
}

static void check_select(uint64_t word)
{
    unsigned index = 0;

    for (unsigned bit = 0; bit < 64; bit++)
        if (word >> bit & 1)
            assert_int_equal(hs_bits_select(word, index++), bit);
}

TEST(a_bit_is_found_by_how_many_are_below_it)
{
    uint64_t word = 1;

    check_select(UINT64_MAX);
    for (unsigned bit = 0; bit < 64; bit++) {
        check_select((uint64_t)1 << bit);
        check_select(UINT64_MAX << bit);
        check_select(UINT64_MAX >> bit);
    }
    for (unsigned i = 0; i < 1000; i++) {
        word = word * 6364136223846793005u + 1442695040888963407u;
        check_select(word);
        check_select(word & word << 13 & word >> 7);
        check_select(word | word << 13 | word >> 7);
    }
}
