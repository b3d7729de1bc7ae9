/* SPDX-License-Identifier: Apache-2.0 */
#include "algo/sharing.h"

#include <string.h>

#include "algo/shapes_test.h"
#include "base/test.h"

enum { MOST_UNITS = 6 };
#define OWNED (1u << MOST_UNITS)

/* True if unit I is out of reach, or reached only through another unit. */
static bool is_inner(const struct test_shape *shape, const uint32_t *units,
                     uint32_t count, uint32_t i)
{
    bool *wall = hs_arena_zeroed(shape->arena, shape->nodes, sizeof(bool));
    bool *seen = hs_arena_zeroed(shape->arena, shape->nodes, sizeof(bool));

    for (uint32_t k = 0; k < count; k++) {
        wall[units[k]] = k != i;
        hs_shape_reach(shape, 0, wall, seen);
        wall[units[k]] = false;
        if (!seen[units[i]])
            return true;
    }
    return false;
}

/* By node, a bit per unit that reaches it past no other unit, found unit by
 * unit; OWNED where a unit dominates the node or the node a unit. */

static uint32_t *find_reach(const struct test_shape *shape,
                            const uint32_t *units, uint32_t count)
{
    uint32_t n = shape->nodes;
    uint32_t *reach = hs_arena_zeroed(shape->arena, n, sizeof(*reach));
    bool *wall = hs_arena_zeroed(shape->arena, n, sizeof(bool));
    bool *seen = hs_arena_zeroed(shape->arena, n, sizeof(bool));

    for (uint32_t i = 0; i < count; i++)
        wall[units[i]] = !is_inner(shape, units, count, i);
    for (uint32_t i = 0; i < count; i++) {
        if (!wall[units[i]])
            continue;
        hs_shape_reach(shape, units[i], wall, seen);
        for (uint32_t v = 0; v < n; v++)
            if (seen[v])
                reach[v] |= 1u << i;
    }
    memset(wall, 0, n);
    for (uint32_t i = 0; i < count; i++) {
        wall[units[i]] = true;
        hs_shape_reach(shape, 0, wall, seen);
        wall[units[i]] = false;
        for (uint32_t v = 0; v < n; v++)
            if (!seen[v] || v == units[i])
                reach[v] |= OWNED;
    }
    memset(wall, 0, n);
    for (uint32_t v = 0; v < 3; v++) {
        wall[v] = true;
        hs_shape_reach(shape, 0, wall, seen);
        wall[v] = false;
        for (uint32_t i = 0; i < count; i++)
            if (!is_inner(shape, units, count, i) &&
                (v == 0 || !seen[units[i]]))
                reach[v] |= OWNED;
    }
    return reach;
}

static uint32_t as_mask(const struct hs_share *share)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < share->unit_count; i++) {
        mask |= 1u << share->units[i];
        if (i > 0)
            CHECK(share->units[i - 1] < share->units[i]);
    }
    return mask;
}

/* A tree of holders on top of a random graph: the root 0 over packages 1 and
 * 2, those over units 3 and on, units over the rest; so nothing but units
 * stands between the packages and the rest. */
static struct test_shape with_holders(uint32_t most, uint32_t units,
                                      uint64_t seed, struct hs_arena *arena)
{
    struct test_shape rest = hs_shape_random(most, seed, arena);
    uint32_t base = 3 + units;
    struct test_shape shape = hs_shape_new(base + rest.nodes, seed, arena);
    const struct hs_edge *edges = rest.edges.at;

    hs_shape_edge(&shape, 0, 1);
    hs_shape_edge(&shape, 0, 2);
    for (uint32_t i = 0; i < units; i++) {
        if (i == 0 || hs_shape_draw(&seed, 8))
            hs_shape_edge(&shape, 1 + hs_shape_draw(&seed, 2), 3 + i);
        else if (hs_shape_draw(&seed, 4)) /* a unit below another */
            hs_shape_edge(&shape, 3 + hs_shape_draw(&seed, i), 3 + i);
        for (uint32_t k = hs_shape_draw(&seed, 4); k > 0; k--)
            hs_shape_edge(&shape, 3 + i,
                          base + hs_shape_draw(&seed, rest.nodes));
    }
    for (size_t i = 0; i < rest.edges.count; i++)
        hs_shape_edge(&shape, base + edges[i].from, base + edges[i].to);
    if (seed % 4 == 0) /* a unit that an object refers to */
        hs_shape_edge(&shape, base + hs_shape_draw(&seed, rest.nodes), 3);
    if (seed % 4 == 1) /* a node that a package refers to */
        hs_shape_edge(&shape, 1, base + hs_shape_draw(&seed, rest.nodes));
    return shape;
}

/* Compares SHARING with REACH, by node. */
static void check_shares(const struct test_shape *shape,
                         const struct hs_digraph *graph,
                         const struct hs_sharing *sharing,
                         const uint32_t *reach)
{
    uint64_t bytes[1 << MOST_UNITS] = {0}, objects[1 << MOST_UNITS] = {0};
    bool used[1 << MOST_UNITS] = {0};

    for (uint32_t v = 0; v < shape->nodes; v++) {
        if (!hs_digraph_number(graph, graph->positions[v]) ||
            (reach[v] & OWNED))
            continue;
        bytes[reach[v]] += shape->bytes[v];
        objects[reach[v]] += shape->objects[v];
        used[reach[v]] |= shape->bytes[v] || shape->objects[v];
    }
    for (size_t i = 0; i < sharing->count; i++) {
        const struct hs_share *share = &sharing->shares[i];
        uint32_t mask = as_mask(share);

        CHECK(!share->many);
        CHECK(used[mask]);
        CHECK(share->bytes == bytes[mask]);
        CHECK(share->objects == objects[mask]);
        used[mask] = false;
        if (i > 0)
            CHECK(share[-1].bytes >= share->bytes);
    }
    for (uint32_t mask = 0; mask < 1 << MOST_UNITS; mask++)
        CHECK(!used[mask]);
    CHECK(!sharing->approximate);
}

static void check_shape(const struct test_shape *shape, uint32_t units)
{
    struct hs_arena *arena = shape->arena;
    struct hs_digraph graph = hs_shape_digraph(shape, arena);
    uint32_t nodes[MOST_UNITS], numbers[MOST_UNITS], *reach;
    struct hs_sharing_plan plan = {.units = numbers, .unit_count = units};
    struct hs_err err = HS_ERR_NONE;
    struct hs_dominators dom;
    struct hs_sharing sharing;

    CHECK(hs_dominators_find(&dom, &graph, graph.positions[0], arena, &err));
    for (uint32_t i = 0; i < units; i++) {
        nodes[i] = 3 + i;
        numbers[i] = hs_digraph_number(&graph, graph.positions[3 + i]);
    }
    hs_sharing_find(&sharing, &dom, &plan, arena);
    reach = find_reach(shape, nodes, units);
    check_shares(shape, &graph, &sharing, reach);
}

TEST(shares_equal_the_reach_of_every_unit_on_small_random_graphs)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (uint64_t seed = 0; seed < 4000; seed++) {
        uint32_t units = 1 + (uint32_t)(seed % MOST_UNITS);
        struct test_shape shape =
            with_holders(seed % 8 ? 14 : 60, units, seed + 50000, &arena);

        check_shape(&shape, units);
        hs_arena_reset(&arena);
    }
    hs_arena_free(&arena);
}

/* UNITS units on a root; object i is referred to by the units whose bit is set
 * in i + 1, and weighs 8 bytes. */
static void share_subsets(struct hs_sharing *sharing, uint32_t units,
                          uint64_t most_work, struct hs_arena *arena)
{
    uint32_t objects = (1u << units) - 1, numbers[16];
    struct test_shape shape = hs_shape_new(1 + units + objects, 1, arena);
    struct hs_sharing_plan plan = {
        .units = numbers, .unit_count = units, .most_work = most_work};
    struct hs_err err = HS_ERR_NONE;
    struct hs_digraph graph;
    struct hs_dominators dom;

    for (uint32_t i = 0; i < units; i++)
        hs_shape_edge(&shape, 0, 1 + i);
    for (uint32_t i = 0; i < objects; i++) {
        shape.bytes[1 + units + i] = 8;
        for (uint32_t unit = 0; unit < units; unit++)
            if ((i + 1) >> unit & 1)
                hs_shape_edge(&shape, 1 + unit, 1 + units + i);
    }
    graph = hs_shape_digraph(&shape, arena);
    CHECK(hs_dominators_find(&dom, &graph, graph.positions[0], arena, &err));
    for (uint32_t i = 0; i < units; i++)
        numbers[i] = hs_digraph_number(&graph, graph.positions[1 + i]);
    hs_sharing_find(sharing, &dom, &plan, arena);
}

TEST(every_subset_of_units_can_be_a_share_of_its_own)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_sharing sharing;

    share_subsets(&sharing, 12, 0, &arena);
    CHECK(!sharing.approximate);
    CHECK(sharing.count == (1 << 12) - 1 - 12);
    for (size_t i = 0; i < sharing.count; i++) {
        CHECK(sharing.shares[i].bytes == 8);
        CHECK(sharing.shares[i].top_count == 1);
        CHECK(sharing.shares[i].unit_count >= 2);
    }
    hs_arena_free(&arena);
}

TEST(past_its_limit_sharing_says_that_it_is_approximate_and_loses_no_byte)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_sharing sharing;
    uint64_t bytes = 0, many = 0;

    share_subsets(&sharing, 12, 1000, &arena);
    CHECK(sharing.approximate);
    for (size_t i = 0; i < sharing.count; i++) {
        bytes += sharing.shares[i].bytes;
        many += sharing.shares[i].many;
    }
    CHECK(bytes == 8 * ((1 << 12) - 1 - 12));
    CHECK(many == 1);
    hs_arena_free(&arena);
}
