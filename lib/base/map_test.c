/* SPDX-License-Identifier: Apache-2.0 */
/* map_test.c - a map finds what was put in, and nothing else. */
#include "base/map.h"

#include "base/test.h"

TEST(a_map_keeps_every_entry_while_it_grows)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_map map;

    hs_map_init(&map, &arena, 0);
    for (uint32_t i = 0; i < 100000; i++)
        CHECK(hs_map_add(&map, UINT64_MAX - i * UINT64_C(4096), i) == i);
    for (uint32_t i = 0; i < 100000; i++)
        CHECK(hs_map_lookup(&map, UINT64_MAX - i * UINT64_C(4096)) == i);
    CHECK(map.count == 100000);
    CHECK(hs_map_lookup(&map, 1) == HS_MAP_NONE);
    hs_arena_free(&arena);
}

TEST(a_key_keeps_its_first_value)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_map map;

    hs_map_init(&map, &arena, 0);
    CHECK(hs_map_add(&map, 0, 7) == 7);
    CHECK(hs_map_add(&map, 0, 8) == 7 && map.count == 1);
    hs_arena_free(&arena);
}
