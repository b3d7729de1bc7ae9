/* SPDX-License-Identifier: Apache-2.0 */
/* arena_test.c - growing keeps what was there, and bytes are accounted for. */
#include "base/arena.h"

#include <string.h>

#include "base/test.h"

TEST(a_column_keeps_its_elements_while_it_grows_large)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_column column = HS_COLUMN(uint64_t, &arena);
    const uint64_t *at;
    uint64_t i;

    for (i = 0; i < 300000; i++)
        hs_column_push(&column, &i);
    at = column.at;
    for (i = 0; i < 300000; i++)
        CHECK(at[i] == i);
    hs_arena_free(&arena);
    CHECK(arena.bytes == 0);
}

TEST(a_reset_arena_is_used_again)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    char *first = hs_arena_copy(&arena, "one", 3);

    assert_string_equal(first, "one");
    hs_arena_alloc(&arena, HS_ARENA_LARGE);
    hs_arena_reset(&arena);
    CHECK(hs_arena_copy(&arena, "two", 3) == first);
    hs_arena_free(&arena);
}

TEST(zeroed_memory_is_zero_in_a_used_chunk)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    const unsigned char *zero;

    memset(hs_arena_alloc(&arena, 1000), 0xff, 1000);
    hs_arena_reset(&arena);
    zero = hs_arena_zeroed(&arena, 100, 10);
    for (int i = 0; i < 1000; i++)
        CHECK(zero[i] == 0);
    hs_arena_free(&arena);
}

/* The sanitizers tell if a block were freed early, twice or never. */
TEST(blocks_of_an_adopted_arena_stay_and_go_with_the_one_that_adopts)
{
    for (unsigned used = 0; used < 2; used++) {
        struct hs_arena arena = HS_ARENA_EMPTY, other = HS_ARENA_EMPTY;
        struct hs_column column = HS_COLUMN(char, &other);
        char *small = hs_arena_copy(&other, "small", 5), *mine = NULL;

        memset(hs_column_extend(&column, HS_ARENA_LARGE), 'x', HS_ARENA_LARGE);
        hs_arena_alloc(&other, HS_ARENA_LARGE / 2);
        if (used)
            mine = hs_arena_copy(&arena, "mine", 4);
        hs_arena_adopt(&arena, &other);
        CHECK(other.bytes == 0 && !other.chunks && !other.larges);
        assert_string_equal(small, "small");
        CHECK(((char *)column.at)[HS_ARENA_LARGE - 1] == 'x');
        if (mine)
            CHECK(hs_arena_copy(&arena, "next", 4) > mine);
        hs_arena_release(&arena, column.at, HS_ARENA_LARGE);
        hs_arena_adopt(&arena, &other); /* nothing */
        hs_arena_free(&other);
        hs_arena_free(&arena);
        CHECK(arena.bytes == 0);
    }
}
