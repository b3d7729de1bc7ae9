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
