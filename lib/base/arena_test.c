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

TEST(memory_that_was_forgotten_reads_as_zeroes_and_its_neighbours_stay)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    size_t size = HS_ARENA_LARGE * 4;
    unsigned char *block = hs_arena_alloc(&arena, size);

    memset(block, 0xab, size);
    hs_arena_forget(block + 100, block + size - 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(block[i], 0xab);
        assert_int_equal(block[size - 1 - i], 0xab);
    }
    assert_int_equal(block[size / 2], 0);
    hs_arena_free(&arena);
}

TEST(memory_that_is_populated_keeps_what_is_in_it_and_is_zero_elsewhere)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    size_t size = HS_ARENA_LARGE * 4;
    unsigned char *block = hs_arena_alloc(&arena, size);

    memset(block, 0xab, size / 2);
    hs_arena_populate(block, block + size);
    hs_arena_populate(block + 100, block + 101);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(block[i], i < size / 2 ? 0xab : 0);
    hs_arena_free(&arena);
}
