/* SPDX-License-Identifier: Apache-2.0 */
#include "algo/dominators.h"

#include <stdlib.h>
#include <string.h>

#include "algo/shapes_test.h"
#include "base/test.h"

/* What removal and reach say, by node. */
struct truth {
    bool *reached;
    uint64_t *bytes, *objects; /* retained */
    uint32_t *dominators;      /* how many dominate it, itself included */
    bool *dominates;           /* [a * nodes + b] */
};

static struct truth find_truth(const struct test_shape *shape)
{
    uint32_t n = shape->nodes;
    struct hs_arena *arena = shape->arena;
    struct truth truth = {
        .reached = hs_arena_zeroed(arena, n, sizeof(bool)),
        .bytes = hs_arena_zeroed(arena, n, sizeof(uint64_t)),
        .objects = hs_arena_zeroed(arena, n, sizeof(uint64_t)),
        .dominators = hs_arena_zeroed(arena, n, sizeof(uint32_t)),
        .dominates = hs_arena_zeroed(arena, n * n, sizeof(bool)),
    };
    bool *wall = hs_arena_zeroed(arena, n, sizeof(bool));
    bool *seen = hs_arena_zeroed(arena, n, sizeof(bool));

    hs_shape_reach(shape, 0, NULL, truth.reached);
    for (uint32_t a = 0; a < n; a++) {
        if (!truth.reached[a])
            continue;
        wall[a] = true;
        hs_shape_reach(shape, 0, wall, seen);
        wall[a] = false;
        if (a == 0)
            memset(seen, 0, n);
        for (uint32_t b = 0; b < n; b++) {
            if (!truth.reached[b] || (seen[b] && a != b))
                continue;
            truth.dominates[a * n + b] = true;
            truth.dominators[b]++;
            truth.bytes[a] += shape->bytes[b];
            truth.objects[a] += shape->objects[b];
        }
    }
    return truth;
}

static void check_node(const struct test_shape *shape,
                       const struct truth *truth,
                       const struct hs_dominators *dom,
                       const struct hs_dominators_index *index,
                       const uint32_t *nodes, uint32_t number)
{
    uint32_t node = nodes[number], n = shape->nodes, depth = 0;

    CHECK(truth->reached[node]);
    CHECK(dom->retained[number].bytes == truth->bytes[node]);
    CHECK(dom->retained[number].objects == truth->objects[node]);
    CHECK(hs_bitset_has(&dom->joined, number) == (shape->objects[node] > 1));
    CHECK(dom->mark[number] == 0);
    CHECK(dom->idom[number] < number);
    for (uint32_t up = number; up; up = dom->idom[up]) {
        CHECK(truth->dominates[nodes[up] * n + node]);
        depth++;
    }
    CHECK(depth == truth->dominators[node]);
    for (uint32_t other = 1; other <= dom->count; other++) {
        bool yes = truth->dominates[nodes[other] * n + node];

        CHECK((index->place[number] - index->place[other] <
               index->span[other]) == yes);
    }
}

static void check_shape(const struct test_shape *shape)
{
    struct truth truth = find_truth(shape);
    struct hs_digraph graph = hs_shape_digraph(shape, shape->arena);
    struct hs_dominators dom;
    struct hs_dominators_index index;
    struct hs_err err = HS_ERR_NONE;
    uint64_t bytes = 0, objects = 0;
    uint32_t reached = 0, *nodes;

    CHECK(hs_dominators_find(&dom, &graph, graph.positions[0], shape->arena,
                             &err));
    hs_dominators_lay_out(&index, &dom, shape->arena);
    nodes = hs_dominators_nodes(&dom, shape->arena);
    for (uint32_t i = 0; i < shape->nodes; i++) {
        uint32_t number = hs_digraph_number(&graph, graph.positions[i]);

        CHECK((number != 0) == truth.reached[i]);
        reached += truth.reached[i];
        if (truth.reached[i])
            CHECK(nodes[number] == i);
        else {
            bytes += shape->bytes[i];
            objects += shape->objects[i];
        }
    }
    CHECK(reached == dom.count);
    CHECK(bytes == dom.lost_bytes && objects == dom.lost_objects);
    CHECK(dom.retained[0].bytes == 0 && dom.retained[0].objects == 0);
    for (uint32_t number = 1; number <= dom.count; number++)
        check_node(shape, &truth, &dom, &index, nodes, number);
}

TEST(dominators_equal_removal_and_reach_on_small_random_graphs)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (uint64_t seed = 0; seed < 4000; seed++) {
        struct test_shape shape =
            hs_shape_random(seed % 8 ? 12 : 40, seed, &arena);

        check_shape(&shape);
        hs_arena_reset(&arena);
    }
    hs_arena_free(&arena);
}
