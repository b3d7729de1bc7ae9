/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_alike_test.c - children that are alike, counted in one pass,
 * against a list of all children; and ways found for several targets at once
 * against those found for each alone.
 */
#include "algo/retention.h"

#include <stdlib.h>

#include "algo/heap_random_test.h"
#include "algo/paths.h"
#include "base/test.h"

static struct hs_retention *retain(struct random_heap *r)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_retention *retention = NULL;
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_retention_new(r->heap, r->holders, 1, &r->arena, &scratch,
                           &retention, &err));
    hs_arena_free(&scratch);
    return retention;
}

static bool same_kind(const struct random_heap *r, uint32_t a, uint32_t b)
{
    if (a < r->objects && b < r->objects)
        return hs_heap_size(r->heap, a) == hs_heap_size(r->heap, b);
    return a >= r->objects && b >= r->objects &&
           r->holders->holders[a - r->objects].kind ==
               r->holders->holders[b - r->objects].kind;
}

/* Returns how many children have others like them. */
static unsigned check_children(const struct random_heap *r,
                               const struct hs_retention *retention,
                               uint32_t node)
{
    uint32_t children[RANDOM_NODES], all;
    uint32_t found =
        hs_retention_children(retention, node, children, RANDOM_NODES, &all);
    unsigned several = 0;

    for (uint32_t i = 0; i < found; i++) {
        uint64_t objects = 0, expected = 0;
        uint32_t count = 0;

        for (uint32_t k = 0; k < found; k++) {
            if (!same_kind(r, children[i], children[k]) ||
                hs_retention_bytes(retention, children[i]) !=
                    hs_retention_bytes(retention, children[k]))
                continue;
            count++;
            expected += hs_retention_objects(retention, children[k]);
        }
        assert_int_equal(
            hs_retention_alike(retention, node, children[i], &objects), count);
        assert_int_equal(objects, expected);
        several += count > 1;
    }
    return several;
}

TEST(alike_children_are_counted_as_a_list_of_them_has_them)
{
    struct random_heap *r = malloc(sizeof(*r));
    unsigned several = 0;

    for (uint64_t seed = 1; seed <= 500; seed++) {
        const struct hs_retention *retention;

        if (!random_heap_open(r, seed))
            continue;
        retention = retain(r);
        for (uint32_t node = 0; node < r->nodes; node++)
            several += check_children(r, retention, node);
        random_heap_close(r);
    }
    CHECK(several > 1000);
    free(r);
}

static void check_same(const struct hs_paths *a, const struct hs_paths *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->units, b->units);
    assert_int_equal(a->ways, b->ways);
    for (size_t i = 0; i < a->count; i++) {
        const struct hs_path *x = &a->paths[i], *y = &b->paths[i];

        assert_int_equal(x->unit, y->unit);
        assert_int_equal(x->holder, y->holder);
        assert_int_equal(x->count, y->count);
        assert_int_equal(x->step_count, y->step_count);
        for (uint32_t s = 0; s < x->step_count; s++) {
            assert_int_equal(x->steps[s].object, y->steps[s].object);
            assert_int_equal(x->steps[s].offset, y->steps[s].offset);
        }
    }
}

static void check_paths(struct random_heap *r)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    const struct hs_retention *retention = retain(r);
    struct hs_paths each[RANDOM_OBJECTS], one;
    uint32_t targets[RANDOM_OBJECTS];

    for (uint32_t i = 0; i < r->objects; i++)
        targets[i] = r->objects - 1 - i;
    hs_paths_find_each(r->heap, r->holders, retention, targets, r->objects, 0,
                       &arena, &arena, each);
    for (uint32_t i = 0; i < r->objects; i++) {
        hs_paths_find(r->heap, r->holders, retention, &targets[i], 1, 0, &arena,
                      &arena, &one);
        check_same(&each[i], &one);
    }
    hs_arena_free(&arena);
}

TEST(ways_to_each_of_several_targets_are_those_to_it_alone)
{
    struct random_heap *r = malloc(sizeof(*r));

    for (uint64_t seed = 1; seed <= 100; seed++) {
        if (!random_heap_open(r, seed))
            continue;
        check_paths(r);
        random_heap_close(r);
    }
    free(r);
}

TEST(an_offset_is_where_the_reference_stands)
{
    struct random_heap *r = malloc(sizeof(*r));
    unsigned found = 0;

    for (uint64_t seed = 1; seed <= 50; seed++) {
        if (!random_heap_open(r, seed))
            continue;
        for (uint32_t a = 0; a < r->objects; a++)
            for (uint32_t b = 0; b < r->objects; b++) {
                const struct random_object *from = &r->object[a];
                uint64_t offset = hs_paths_offset(r->heap, a, b);
                uint64_t expected = HS_NO_OFFSET;

                for (uint32_t w = from->count; w-- > 0;)
                    if (from->mask >> w & 1 &&
                        hs_heap_find(r->heap, from->words[w]) == b)
                        expected = w * 8;
                assert_int_equal(offset, expected);
                found += offset != HS_NO_OFFSET;
            }
        random_heap_close(r);
    }
    CHECK(found > 100);
    free(r);
}
