/* SPDX-License-Identifier: Apache-2.0 */
#include "algo/setpool.h"

#include <string.h>

#include "algo/shapes_test.h"
#include "base/test.h"

enum { UNIVERSE = 200, MANY_SETS = 300 };

static const struct hs_setpool_limits wide = {1 << 24, 1 << 28};

static void check_content(const struct hs_setpool *pool, uint32_t id,
                          const bool *member)
{
    uint32_t count, at = 0;
    const uint32_t *elements = hs_setpool_at(pool, id, &count);

    for (uint32_t i = 0; i < UNIVERSE; i++)
        if (member[i]) {
            CHECK(at < count);
            CHECK(elements[at++] == i);
        }
    CHECK(at == count);
}

TEST(unions_have_all_members_in_order_and_equal_sets_are_one)
{
    static bool member[MANY_SETS][UNIVERSE];
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_setpool pool;
    uint32_t id[MANY_SETS];
    uint64_t seed = 9;

    hs_setpool_init(&pool, UNIVERSE, wide, &arena);
    for (uint32_t i = 0; i < MANY_SETS; i++) {
        uint32_t parts[5], count = hs_shape_draw(&seed, 6);

        for (uint32_t k = 0; k < count; k++) {
            uint32_t element = hs_shape_draw(&seed, UNIVERSE);
            uint32_t other = hs_shape_draw(&seed, i + 1);

            parts[k] = hs_setpool_single(&pool, element);
            if (k % 2 && i) {
                parts[k] = id[other % i];
                for (uint32_t m = 0; m < UNIVERSE; m++)
                    member[i][m] |= member[other % i][m];
            } else {
                member[i][element] = true;
            }
        }
        id[i] = hs_setpool_union(&pool, parts, count);
        CHECK(hs_setpool_union(&pool, parts, count) == id[i]);
    }
    for (uint32_t i = 0; i < MANY_SETS; i++) {
        check_content(&pool, id[i], member[i]);
        for (uint32_t k = 0; k < i; k++)
            CHECK((memcmp(member[i], member[k], UNIVERSE) == 0) ==
                  (id[i] == id[k]));
    }
    hs_arena_free(&arena);
}

TEST(the_union_of_nothing_is_empty_and_of_many_is_many)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_setpool pool;
    uint32_t ids[3], count;

    hs_setpool_init(&pool, UNIVERSE, wide, &arena);
    ids[0] = hs_setpool_single(&pool, 7);
    ids[1] = HS_SETPOOL_EMPTY;
    ids[2] = HS_SETPOOL_MANY;
    CHECK(hs_setpool_union(&pool, ids, 0) == HS_SETPOOL_EMPTY);
    CHECK(hs_setpool_union(&pool, ids + 1, 1) == HS_SETPOOL_EMPTY);
    CHECK(hs_setpool_union(&pool, ids, 2) == ids[0]);
    CHECK(hs_setpool_union(&pool, ids, 3) == HS_SETPOOL_MANY);
    hs_setpool_at(&pool, HS_SETPOOL_EMPTY, &count);
    CHECK(count == 0);
    hs_arena_free(&arena);
}

TEST(past_its_limit_a_pool_makes_no_new_unions_but_knows_the_old_ones)
{
    struct hs_setpool_limits few = {.elements = 6, .work = 1000};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_setpool pool;
    uint32_t ids[4], two;

    hs_setpool_init(&pool, UNIVERSE, few, &arena);
    for (uint32_t i = 0; i < 4; i++)
        ids[i] = hs_setpool_single(&pool, i * 50);
    two = hs_setpool_union(&pool, ids, 2);
    CHECK(two > HS_SETPOOL_EMPTY);
    CHECK(hs_setpool_union(&pool, ids, 3) > HS_SETPOOL_EMPTY);
    CHECK(hs_setpool_union(&pool, ids, 4) == HS_SETPOOL_MANY);
    CHECK(hs_setpool_union(&pool, ids, 2) == two);
    CHECK(hs_setpool_union(&pool, ids + 3, 1) == ids[3]);
    hs_arena_free(&arena);
}
