/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dominators_big_test.c - big graphs: regular ones whose answer is known, and
 * random ones against an algorithm that has nothing in common with ours.
 */
#include "algo/bfs.h"
#include "algo/dominators.h"
#include "algo/shapes_test.h"
#include "base/test.h"

/* Everything about one run; by node where not said otherwise. */
struct run {
    struct hs_arena arena;
    struct test_shape shape;
    struct hs_digraph graph;
    struct hs_dominators dom;
    uint32_t *nodes; /* by number */
};

static void start(struct run *run, uint32_t nodes)
{
    *run = (struct run){.arena = HS_ARENA_EMPTY};
    run->shape = hs_shape_new(nodes, 1, &run->arena);
    for (uint32_t i = 0; i < nodes; i++) {
        run->shape.bytes[i] = 16;
        run->shape.objects[i] = 1;
    }
}

static void find(struct run *run)
{
    struct hs_err err = HS_ERR_NONE;

    run->graph = hs_shape_digraph(&run->shape, &run->arena);
    CHECK(hs_dominators_find(&run->dom, &run->graph, run->graph.positions[0],
                             &run->arena, &err));
    run->nodes = hs_dominators_nodes(&run->dom, &run->arena);
}

static uint32_t number_of(const struct run *run, uint32_t node)
{
    return hs_digraph_number(&run->graph, run->graph.positions[node]);
}

static uint32_t idom_of(const struct run *run, uint32_t node)
{
    return run->nodes[run->dom.idom[number_of(run, node)]];
}

static uint32_t retained_by(const struct run *run, uint32_t node)
{
    return run->dom.retained[number_of(run, node)].objects;
}

TEST(a_ring_list_of_100000_is_held_by_its_sentinel)
{
    enum { RING = 100000 };
    struct run run;

    start(&run, RING + 2);
    hs_shape_edge(&run.shape, 0, 1);
    for (uint32_t i = 0; i <= RING; i++) {
        hs_shape_edge(&run.shape, 1 + i, 1 + (i + 1) % (RING + 1));
        hs_shape_edge(&run.shape, 1 + (i + 1) % (RING + 1), 1 + i);
    }
    find(&run);
    for (uint32_t i = 2; i < RING + 2; i++) {
        CHECK(idom_of(&run, i) == 1);
        CHECK(retained_by(&run, i) == 1);
    }
    CHECK(retained_by(&run, 1) == RING + 1);
    hs_arena_free(&run.arena);
}

TEST(a_chain_of_a_million_is_a_chain_of_dominators)
{
    enum { CHAIN = 1000000 };
    struct run run;
    struct hs_dominators_index index;
    struct hs_column turns;
    const uint32_t *parents;

    start(&run, CHAIN);
    for (uint32_t i = 0; i + 1 < CHAIN; i++)
        hs_shape_edge(&run.shape, i, i + 1);
    find(&run);
    turns = hs_bfs_find(&run.dom.arcs, NULL, &run.arena);
    hs_bfs_settle(&run.dom.arcs, &turns, 2);
    parents = run.dom.arcs.up;
    hs_dominators_lay_out(&index, &run.dom, &run.arena);
    for (uint32_t i = 1; i < CHAIN; i++) {
        CHECK(idom_of(&run, i) == i - 1);
        CHECK(retained_by(&run, i) == CHAIN - i);
        CHECK(parents[number_of(&run, i)] == number_of(&run, i - 1));
    }
    CHECK(run.dom.retained[1].bytes == (uint64_t)16 * CHAIN);
    CHECK(index.place[CHAIN] - index.place[1] < index.span[1]);
    hs_arena_free(&run.arena);
}

TEST(a_chain_with_an_edge_back_to_every_node_is_still_a_chain)
{
    enum { CHAIN = 200000 };
    struct run run;

    start(&run, CHAIN);
    for (uint32_t i = 0; i + 1 < CHAIN; i++) {
        hs_shape_edge(&run.shape, i, i + 1);
        hs_shape_edge(&run.shape, CHAIN - 1, i);
        hs_shape_edge(&run.shape, i, i / 2);
    }
    find(&run);
    for (uint32_t i = 1; i < CHAIN; i++)
        CHECK(idom_of(&run, i) == i - 1);
    hs_arena_free(&run.arena);
}

TEST(a_star_has_one_holder_of_all_its_leaves)
{
    enum { LEAVES = 500000 };
    struct run run;

    start(&run, LEAVES + 2);
    hs_shape_edge(&run.shape, 0, 1);
    for (uint32_t i = 0; i < LEAVES; i++)
        hs_shape_edge(&run.shape, 1, 2 + i);
    run.shape.bytes[99999] = 800;
    find(&run);
    CHECK(retained_by(&run, 1) == LEAVES + 1);
    CHECK(retained_by(&run, 77) == 1);
    CHECK(run.dom.retained[number_of(&run, 99999)].bytes == 800);
    hs_arena_free(&run.arena);
}

TEST(in_a_complete_acyclic_graph_only_the_root_dominates_more_than_itself)
{
    enum { NODES = 700 };
    struct run run;

    start(&run, NODES);
    for (uint32_t i = 0; i < NODES; i++)
        for (uint32_t k = i + 1; k < NODES; k++)
            hs_shape_edge(&run.shape, i, k);
    find(&run);
    for (uint32_t i = 1; i < NODES; i++)
        CHECK(idom_of(&run, i) == 0);
    hs_arena_free(&run.arena);
}

/*
 * The iterative algorithm of Cooper, Harvey and Kennedy: idom[v] is where the
 * ways up from all predecessors meet; again until nothing changes.  Any
 * numbering will do in which every node but the root has a predecessor with a
 * smaller number.
 */
struct plain {
    uint32_t *first, *from; /* of v: from[first[v]] .. from[first[v + 1]] */
    uint32_t *idom;
};

static void list_predecessors(struct plain *plain, struct run *run)
{
    const struct hs_edge *edges = run->shape.edges.at;
    size_t count = run->shape.edges.count, room = run->dom.count + 3;

    plain->first = hs_arena_zeroed(&run->arena, room, sizeof(uint32_t));
    plain->from = hs_arena_zeroed(&run->arena, count, sizeof(uint32_t));
    for (size_t i = 0; i < count; i++)
        if (number_of(run, edges[i].from))
            plain->first[number_of(run, edges[i].to) + 2]++;
    for (size_t i = 2; i < room; i++)
        plain->first[i] += plain->first[i - 1];
    for (size_t i = 0; i < count; i++) {
        uint32_t from = number_of(run, edges[i].from);

        if (from)
            plain->from[plain->first[number_of(run, edges[i].to) + 1]++] = from;
    }
}

static uint32_t meet(const uint32_t *idom, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (a > b)
            a = idom[a];
        else
            b = idom[b];
    }
    return a;
}

static void compare_with_iteration(struct run *run)
{
    struct plain plain;
    bool more = true;

    list_predecessors(&plain, run);
    plain.idom = hs_arena_zeroed(&run->arena, run->dom.count + 1, 4);
    while (more) {
        more = false;
        for (uint32_t v = 2; v <= run->dom.count; v++) {
            uint32_t idom = 0;

            for (uint32_t i = plain.first[v]; i < plain.first[v + 1]; i++) {
                uint32_t from = plain.from[i];

                if (from == 1 || plain.idom[from])
                    idom = idom ? meet(plain.idom, idom, from) : from;
            }
            more |= idom != plain.idom[v];
            plain.idom[v] = idom;
        }
    }
    for (uint32_t v = 2; v <= run->dom.count; v++)
        CHECK(run->dom.idom[v] == plain.idom[v]);
}

TEST(a_big_random_tree_with_more_edges_agrees_with_the_iterative_algorithm)
{
    enum { NODES = 1000000 };
    struct run run;
    uint64_t seed = 3;

    start(&run, NODES);
    for (uint32_t i = 1; i < NODES; i++) {
        hs_shape_edge(&run.shape, hs_shape_draw(&seed, i), i);
        if (i % 8 == 0)
            hs_shape_edge(&run.shape, hs_shape_draw(&seed, NODES),
                          hs_shape_draw(&seed, NODES));
    }
    find(&run);
    compare_with_iteration(&run);
    hs_arena_free(&run.arena);
}

TEST(a_big_random_graph_agrees_with_the_iterative_algorithm)
{
    enum { NODES = 600000 };
    struct run run;
    uint64_t seed = 4;

    start(&run, NODES);
    for (uint32_t i = 0; i < NODES * 2; i++)
        hs_shape_edge(&run.shape, hs_shape_draw(&seed, NODES),
                      hs_shape_draw(&seed, NODES));
    for (uint32_t i = 1; i < 20; i++)
        hs_shape_edge(&run.shape, 0, i);
    find(&run);
    CHECK(run.dom.count < NODES && run.dom.count > NODES / 2);
    compare_with_iteration(&run);
    hs_arena_free(&run.arena);
}

TEST(a_long_ladder_with_random_rungs_agrees_with_the_iterative_algorithm)
{
    enum { RUNGS = 50000, FAR = 40 };
    struct run run;
    uint64_t seed = 5;

    start(&run, 2 * RUNGS);
    for (uint32_t i = 0; i + 1 < RUNGS; i++) {
        uint32_t far = i + 1 + hs_shape_draw(&seed, FAR);

        hs_shape_edge(&run.shape, i, i + 1);
        hs_shape_edge(&run.shape, RUNGS + i, RUNGS + i + 1);
        if (hs_shape_draw(&seed, 3) == 0)
            hs_shape_edge(&run.shape, i, RUNGS + i);
        if (hs_shape_draw(&seed, 9) == 0 && far < RUNGS)
            hs_shape_edge(&run.shape, RUNGS + far, i + 1);
    }
    find(&run);
    compare_with_iteration(&run);
    hs_arena_free(&run.arena);
}
