/* SPDX-License-Identifier: Apache-2.0 */
#include "algo/arcs.h"

#include <string.h>

#include "algo/dominators.h"
#include "algo/shapes_test.h"
#include "base/test.h"

/* How often WANTED is listed for NUMBER. */
static uint32_t count_listed(const struct hs_arc_lists *lists, uint32_t number,
                             uint32_t wanted)
{
    uint32_t *end, *at = hs_arc_lists_at(lists, number, &end), count = 0;

    for (; at < end; at++)
        count += *at == wanted;
    return count;
}

static uint32_t count_edges(const struct test_shape *shape, uint32_t from,
                            uint32_t to)
{
    const struct hs_edge *edges = shape->edges.at;
    uint32_t count = 0;

    for (size_t i = 0; i < shape->edges.count; i++)
        count += edges[i].from == from && edges[i].to == to;
    return count;
}

static void check_shape(const struct test_shape *shape, unsigned threads)
{
    struct hs_digraph graph = hs_shape_digraph(shape, shape->arena);
    struct hs_err err = HS_ERR_NONE;
    struct hs_dominators dom;
    uint32_t *nodes;

    CHECK(hs_dominators_walk(&dom, &graph, graph.positions[0], threads,
                             shape->arena, &err));
    nodes = hs_dominators_nodes(&dom, shape->arena);
    CHECK(dom.arcs.count == dom.count);
    CHECK(dom.arcs.up[1] == 0);
    for (uint32_t from = 1; from <= dom.count; from++) {
        CHECK(dom.arcs.up[from] < from);
        for (uint32_t to = 1; to <= dom.count; to++) {
            uint32_t tree = dom.arcs.up[to] == from;
            uint32_t edges =
                from == to ? 0 : count_edges(shape, nodes[from], nodes[to]);

            CHECK(tree + count_listed(&dom.arcs.out, from, to) == edges);
            CHECK(tree + count_listed(&dom.arcs.in, to, from) == edges);
        }
    }
    hs_dominators_solve(&dom);
}

TEST(arcs_are_the_edges_of_what_was_walked_without_loops)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct test_shape shape =
            hs_shape_random(seed % 8 ? 12 : 40, seed + 70000, &arena);

        check_shape(&shape, 1 + (unsigned)(seed % 2));
        hs_arena_reset(&arena);
    }
    hs_arena_free(&arena);
}

static void find_big(struct hs_dominators *dom, uint32_t nodes,
                     unsigned threads, struct hs_arena *arena)
{
    struct test_shape shape = hs_shape_new(nodes, 1, arena);
    struct hs_err err = HS_ERR_NONE;
    struct hs_digraph graph;
    uint64_t seed = 7;

    for (uint32_t i = 1; i < nodes; i++) {
        hs_shape_edge(&shape, hs_shape_draw(&seed, i), i);
        hs_shape_edge(&shape, i, hs_shape_draw(&seed, nodes));
    }
    graph = hs_shape_digraph(&shape, arena);
    CHECK(hs_dominators_walk(dom, &graph, graph.positions[0], threads, arena,
                             &err));
    hs_dominators_solve(dom);
}

static bool same_lists(const struct hs_arc_lists *a,
                       const struct hs_arc_lists *b)
{
    return a->arcs == b->arcs && a->lists == b->lists &&
           memcmp(a->ends, b->ends, a->arcs * sizeof(*a->ends)) == 0;
}

/* Big enough for its arrays to be cleared ahead of the walk, piece by piece. */
TEST(two_threads_walk_and_solve_a_big_graph_as_one_does)
{
    enum { NODES = 300000 };
    struct hs_arena arenas[2] = {HS_ARENA_EMPTY, HS_ARENA_EMPTY};
    struct hs_dominators dom[2];
    const struct hs_arcs *one = &dom[0].arcs, *two = &dom[1].arcs;

    find_big(&dom[0], NODES, 1, &arenas[0]);
    find_big(&dom[1], NODES, 2, &arenas[1]);
    CHECK(dom[0].count == NODES && dom[1].count == NODES);
    CHECK(same_lists(&one->in, &two->in) && same_lists(&one->out, &two->out));
    for (uint32_t node = 1; node <= NODES; node++) {
        CHECK(one->up[node] == two->up[node]);
        CHECK(dom[0].idom[node] == dom[1].idom[node]);
        CHECK(dom[0].retained[node].bytes == dom[1].retained[node].bytes);
    }
    hs_arena_free(&arenas[0]);
    hs_arena_free(&arenas[1]);
}
