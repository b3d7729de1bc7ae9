/* SPDX-License-Identifier: Apache-2.0 */
/* pages_test.c - what memory holds before and after. */
#include "base/pages.h"

#include <string.h>

#include "base/arena.h"
#include "base/test.h"

TEST(memory_that_was_forgotten_reads_as_zeroes_and_its_neighbours_stay)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    size_t size = HS_ARENA_LARGE * 4;
    unsigned char *block = hs_arena_alloc(&arena, size);

    memset(block, 0xab, size);
    hs_pages_forget(block + 100, block + size - 100);
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
    hs_pages_populate(block, block + size);
    hs_pages_populate(block + 100, block + 101);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(block[i], i < size / 2 ? 0xab : 0);
    hs_arena_free(&arena);
}
