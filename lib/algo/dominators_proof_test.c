/* SPDX-License-Identifier: Apache-2.0 */
/* dominators_proof_test.c - trees of big graphs, each with its certificate; and
 * no certificate for a wrong one. */
#include "algo/certify_test.h"

#include "algo/shapes_test.h"
#include "base/test.h"

/* Certifies the dominators of SHAPE. */
static void prove_shape(const struct test_shape *shape)
{
    struct hs_digraph graph = hs_shape_digraph(shape, shape->arena);
    struct hs_err err = HS_ERR_NONE;
    struct hs_dominators dom;
    const char *wrong;

    CHECK(hs_dominators_find(&dom, &graph, graph.positions[0], shape->arena,
                             &err));
    wrong = certify_dominators(&dom, graph.positions[0]);
    if (wrong)
        fail_msg("%u nodes: %s", shape->nodes, wrong);
}

TEST(every_small_random_graph_has_its_dominators_certified)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (uint64_t seed = 0; seed < 6000; seed++) {
        struct test_shape shape =
            hs_shape_random(seed % 16 ? 24 : 300, seed + 7000000, &arena);

        prove_shape(&shape);
        hs_arena_reset(&arena);
    }
    hs_arena_free(&arena);
}

TEST(on_small_graphs_no_other_tree_is_certified)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    unsigned refused = 0;

    for (uint64_t seed = 0; seed < 1500; seed++) {
        struct test_shape shape = hs_shape_random(16, seed + 8000000, &arena);
        struct hs_digraph graph = hs_shape_digraph(&shape, &arena);
        struct hs_err err = HS_ERR_NONE;
        struct certify_graph plain;
        struct hs_dominators dom;

        CHECK(
            hs_dominators_find(&dom, &graph, graph.positions[0], &arena, &err));
        plain = certify_graph_of(&dom, graph.positions[0], &arena);
        for (uint32_t v = 2; v <= dom.count; v++) {
            uint32_t idom = dom.idom[v];

            for (uint32_t u = 0; u <= dom.count; u++) {
                dom.idom[v] = u;
                CHECK((certify_tree(&plain, dom.idom) == NULL) == (u == idom));
                refused += u != idom;
            }
            dom.idom[v] = idom;
        }
        hs_arena_reset(&arena);
    }
    CHECK(refused > 10000);
    hs_arena_free(&arena);
}

/* A node other than V's idom that a slip could have put in its place. */
static uint32_t slip(const struct hs_dominators *dom, uint32_t v,
                     uint64_t *seed)
{
    uint32_t up = dom->idom[v], other = dom->idom[up];

    switch (hs_shape_draw(seed, 3)) {
    case 0: /* one too high */
        return other;
    case 1: /* a sibling, or what else has a number just below */
        other = v - 1;
        break;
    default:
        other = 1 + hs_shape_draw(seed, dom->count);
    }
    return other == up ? 0 : other;
}

TEST(one_wrong_dominator_among_thousands_is_found)
{
    enum { NODES = 20000, SLIPS = 150 };
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct test_shape shape = hs_shape_new(NODES, 1, &arena);
    struct hs_err err = HS_ERR_NONE;
    struct certify_graph plain;
    struct hs_dominators dom;
    struct hs_digraph graph;
    uint64_t seed = 21;

    for (uint32_t i = 1; i < NODES; i++) {
        hs_shape_edge(&shape, hs_shape_draw(&seed, i), i);
        if (i % 2)
            hs_shape_edge(&shape, hs_shape_draw(&seed, NODES), i);
    }
    graph = hs_shape_digraph(&shape, &arena);
    CHECK(hs_dominators_find(&dom, &graph, graph.positions[0], &arena, &err));
    plain = certify_graph_of(&dom, graph.positions[0], &arena);
    CHECK(certify_tree(&plain, dom.idom) == NULL);
    for (unsigned i = 0; i < SLIPS; i++) {
        uint32_t v = 2 + hs_shape_draw(&seed, dom.count - 1);
        uint32_t idom = dom.idom[v];

        dom.idom[v] = slip(&dom, v, &seed);
        CHECK(certify_tree(&plain, dom.idom) != NULL);
        dom.idom[v] = idom;
    }
    hs_arena_free(&arena);
}

enum big_kind { TREE_AND_MORE, RANDOM, LOCAL, ACYCLIC, LADDER, RING, FAN };

static void add_big_edges(struct test_shape *shape, enum big_kind kind,
                          uint32_t i, uint64_t *seed)
{
    uint32_t n = shape->nodes, half = n / 2;

    switch (kind) {
    case TREE_AND_MORE:
        hs_shape_edge(shape, hs_shape_draw(seed, i), i);
        if (i % 4 == 0)
            hs_shape_edge(shape, hs_shape_draw(seed, n), i);
        break;
    case RANDOM:
        hs_shape_edge(shape, hs_shape_draw(seed, n), i);
        hs_shape_edge(shape, i, hs_shape_draw(seed, n));
        break;
    case LOCAL: /* short ways both ways: deep, all of it irreducible */
        hs_shape_edge(shape, i - 1 - hs_shape_draw(seed, i < 9 ? i : 9), i);
        hs_shape_edge(shape, i, i - 1 - hs_shape_draw(seed, i < 30 ? i : 30));
        break;
    case ACYCLIC:
        hs_shape_edge(shape, hs_shape_draw(seed, i), i);
        hs_shape_edge(shape, hs_shape_draw(seed, i), i);
        break;
    case LADDER: /* one rail runs down, one up, rungs at random */
        hs_shape_edge(shape, i < half ? i - 1 : (i + 1) % n, i);
        if (hs_shape_draw(seed, 3) == 0)
            hs_shape_edge(shape, i, (i + half) % n);
        break;
    case RING:
        hs_shape_edge(shape, i, i % (n - 1) + 1);
        hs_shape_edge(shape, i % (n - 1) + 1, i);
        if (i % 1000 == 1)
            hs_shape_edge(shape, 0, i);
        break;
    case FAN: /* a table, what it lists, and who points back and on */
        hs_shape_edge(shape, 0, i);
        hs_shape_edge(shape, i, 0);
        hs_shape_edge(shape, i, i < n - 1 ? i + 1 : 1);
        break;
    }
}

static void prove_big(enum big_kind kind, uint32_t nodes)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct test_shape shape = hs_shape_new(nodes, 1, &arena);
    uint64_t seed = 31;

    for (uint32_t i = 1; i < nodes; i++)
        add_big_edges(&shape, kind, i, &seed);
    if (kind == RANDOM)
        for (uint32_t i = 1; i < 20; i++)
            hs_shape_edge(&shape, 0, i);
    prove_shape(&shape);
    hs_arena_free(&arena);
}

TEST(a_tree_of_a_million_with_more_edges_is_certified)
{
    prove_big(TREE_AND_MORE, 1000000);
}

TEST(a_random_graph_of_a_million_is_certified)
{
    prove_big(RANDOM, 1000000);
}

TEST(a_deep_irreducible_graph_of_a_million_is_certified)
{
    prove_big(LOCAL, 1000000);
}

TEST(a_big_acyclic_graph_is_certified)
{
    prove_big(ACYCLIC, 300000);
}

TEST(a_big_ladder_is_certified)
{
    prove_big(LADDER, 300000);
}

TEST(a_big_ring_with_many_entries_is_certified)
{
    prove_big(RING, 300000);
}

TEST(a_big_table_whose_entries_point_back_is_certified)
{
    prove_big(FAN, 300000);
}
