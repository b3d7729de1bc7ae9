/* SPDX-License-Identifier: Apache-2.0 */
#include "algo/bfs.h"

#include "algo/dominators.h"
#include "algo/shapes_test.h"
#include "base/parallel.h"
#include "base/test.h"

/* The least cost of every node, where passing a deferred node costs SHAPE's
 * number of nodes and every edge 1; relaxes until nothing changes. */
static uint64_t *find_costs(const struct test_shape *shape,
                            const bool *deferred)
{
    uint64_t *cost = hs_arena_zeroed(shape->arena, shape->nodes, sizeof(*cost));
    const struct hs_edge *edges = shape->edges.at;
    bool more = true;

    for (uint32_t i = 1; i < shape->nodes; i++)
        cost[i] = UINT32_MAX;
    while (more) {
        more = false;
        for (size_t i = 0; i < shape->edges.count; i++) {
            uint32_t from = edges[i].from;
            uint64_t sum = cost[from] + 1 + (deferred[from] ? shape->nodes : 0);

            if (cost[from] < UINT32_MAX && sum < cost[edges[i].to]) {
                cost[edges[i].to] = sum;
                more = true;
            }
        }
    }
    return cost;
}

static bool has_edge(const struct test_shape *shape, uint32_t from, uint32_t to)
{
    const struct hs_edge *edges = shape->edges.at;

    for (size_t i = 0; i < shape->edges.count; i++)
        if (edges[i].from == from && edges[i].to == to)
            return true;
    return false;
}

static void check_ways(const struct test_shape *shape,
                       const struct hs_dominators *dom, const bool *deferred,
                       const uint32_t *parents)
{
    uint32_t *nodes = hs_dominators_nodes(dom, shape->arena);
    uint64_t *cost = find_costs(shape, deferred);

    CHECK(parents[1] == 0);
    for (uint32_t number = 1; number <= dom->count; number++) {
        uint64_t sum = 0;

        for (uint32_t at = number; at != 1; at = parents[at]) {
            CHECK(has_edge(shape, nodes[parents[at]], nodes[at]));
            sum += 1 + (deferred[nodes[parents[at]]] ? shape->nodes : 0);
            CHECK(sum <= cost[nodes[number]]);
        }
        CHECK(sum == cost[nodes[number]]);
    }
}

/* What leads to a node is, as before, what the edges say; ways go over them. */
static void check_arcs(const struct test_shape *shape,
                       const struct hs_dominators *dom)
{
    const uint32_t *nodes = hs_dominators_nodes(dom, shape->arena);
    const struct hs_edge *edges = shape->edges.at;

    for (uint32_t to = 1; to <= dom->count; to++) {
        uint32_t *left = hs_arena_zeroed(shape->arena, shape->nodes, 4);
        uint32_t *end, *in = hs_arc_lists_at(&dom->arcs.in, to, &end);

        for (size_t i = 0; i < shape->edges.count; i++)
            left[edges[i].from] +=
                edges[i].to == nodes[to] && edges[i].from != nodes[to];
        for (; in < end; in++)
            left[nodes[*in]]--;
        if (to != 1)
            left[nodes[dom->arcs.up[to]]]--;
        for (uint32_t number = 1; number <= dom->count; number++)
            CHECK(left[nodes[number]] == 0);
    }
}

struct both {
    struct hs_dominators *dom;
    const struct hs_bitset *deferred;
    struct hs_arena arena;
    struct hs_column turns;
};

static void do_both(void *context, unsigned part)
{
    struct both *both = context;

    if (part == 0)
        hs_dominators_solve(both->dom);
    else
        both->turns =
            hs_bfs_find(&both->dom->arcs, both->deferred, &both->arena);
}

static void check_shape(const struct test_shape *shape, uint64_t seed)
{
    struct hs_arena *arena = shape->arena;
    struct hs_digraph graph = hs_shape_digraph(shape, arena);
    bool *deferred = hs_arena_zeroed(arena, shape->nodes, sizeof(bool));
    struct hs_err err = HS_ERR_NONE;
    struct hs_dominators dom;
    struct hs_bitset set;
    struct both both = {.dom = &dom};
    bool some = seed % 3 != 0;

    CHECK(hs_dominators_walk(&dom, &graph, graph.positions[0],
                             1 + (unsigned)(seed % 2), arena, &err));
    set = hs_bitset_new(dom.count + 1, arena);
    for (uint32_t i = 0; i < shape->nodes; i++) {
        uint32_t number = hs_digraph_number(&graph, graph.positions[i]);

        deferred[i] = some && hs_shape_draw(&seed, 3) == 0;
        if (deferred[i] && number)
            hs_bitset_add(&set, number);
    }
    if (some)
        both.deferred = &set;
    hs_parallel_run(2, do_both, &both);
    hs_bfs_settle(&dom.arcs, &both.turns, 1 + (unsigned)(seed % 3));
    check_ways(shape, &dom, deferred, dom.arcs.up);
    check_arcs(shape, &dom);
    hs_arena_free(&both.arena);
}

TEST(ways_are_shortest_and_pass_as_few_deferred_nodes_as_can_be)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct test_shape shape =
            hs_shape_random(seed % 8 ? 12 : 60, seed + 10000, &arena);

        check_shape(&shape, seed);
        hs_arena_reset(&arena);
    }
    hs_arena_free(&arena);
}
