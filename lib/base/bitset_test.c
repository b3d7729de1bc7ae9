/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bitset.h"

#include "base/test.h"

TEST(a_bitset_counts_and_finds_what_was_added)
{
    enum { BITS = 200 };
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_bitset set = hs_bitset_new(BITS, &arena);
    bool plain[BITS] = {0};

    for (unsigned i = 0; i < BITS; i++) {
        if (i * i % 7 == 2 || (i > 63 && i < 130 && i % 2)) {
            hs_bitset_add(&set, i);
            plain[i] = true;
        }
    }
    for (unsigned from = 0; from < BITS; from++) {
        unsigned next = from, count = 0;

        CHECK(hs_bitset_has(&set, from) == plain[from]);
        while (next < BITS && !plain[next])
            next++;
        CHECK(hs_bitset_next(&set, from) == next);
        for (unsigned to = from; to <= BITS; to++) {
            CHECK(hs_bitset_count(&set, from, to) == count);
            count += to < BITS && plain[to];
        }
    }
    CHECK(hs_bitset_next(&set, BITS) == BITS);
    hs_arena_free(&arena);
}

TEST(an_empty_bitset_has_nothing_to_find)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_bitset set = hs_bitset_new(0, &arena);

    CHECK(hs_bitset_next(&set, 0) == 0);
    CHECK(hs_bitset_count(&set, 0, 0) == 0);
    hs_arena_free(&arena);
}
