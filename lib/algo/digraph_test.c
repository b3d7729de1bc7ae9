/* SPDX-License-Identifier: Apache-2.0 */
#include "algo/digraph.h"

#include "base/test.h"

static void write_and_read(uint64_t bytes, uint32_t objects, uint32_t degree)
{
    static uint32_t words[1000];
    uint64_t size = hs_row_words(bytes, objects, degree);
    uint32_t *edges;
    struct hs_row row;

    words[size] = 0xdeadbeef;
    edges = hs_row_write(words, bytes, objects, degree);
    for (uint32_t i = 0; i < degree; i++)
        edges[i] = UINT32_MAX;
    row = hs_row_read(words);
    CHECK(words[0] == 0);
    CHECK(row.bytes == bytes);
    CHECK(row.objects == objects);
    CHECK(row.degree == degree);
    CHECK(row.edges == edges);
    CHECK(edges + degree == words + size);
    CHECK(words[size] == 0xdeadbeef);
}

TEST(a_row_says_its_weight_and_degree_exactly_narrow_or_wide)
{
    static const uint64_t bytes[] = {0,
                                     1,
                                     7,
                                     8,
                                     12,
                                     8 * 0xfffe,
                                     8 * 0xffff,
                                     8 * 0xffff + 4,
                                     8 * 0x10000,
                                     1u << 31,
                                     (uint64_t)1 << 32,
                                     ((uint64_t)1 << 63) + 8};
    static const uint32_t objects[] = {0, 1, 127, 128, UINT32_MAX};
    static const uint32_t degrees[] = {0, 1, 255, 256, 900};

    for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
        for (size_t k = 0; k < sizeof(objects) / sizeof(*objects); k++)
            for (size_t m = 0; m < sizeof(degrees) / sizeof(*degrees); m++)
                write_and_read(bytes[i], objects[k], degrees[m]);
    CHECK(hs_row_words(8 * 0xffff, 127, 255) == 255 + HS_ROW_HEAD);
}

TEST(a_graph_that_32_bits_cannot_address_is_refused)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_digraph graph;

    CHECK(!hs_digraph_reserve(&graph, UINT32_MAX, &arena, &err));
    CHECK(err.kind == HS_ELIMIT);
    hs_err_clear(&err);
    CHECK(!hs_digraph_reserve(&graph, (uint64_t)1 << 40, &arena, &err));
    CHECK(err.kind == HS_ELIMIT);
    hs_arena_free(&arena);
}

TEST(a_built_graph_has_its_edges_in_their_order_and_adds_up)
{
    static const uint64_t bytes[] = {8, 0, 24};
    static const struct hs_edge edges[] = {{0, 2}, {2, 2}, {0, 1}, {0, 2}};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_digraph_plan plan = {
        .nodes = 3, .bytes = bytes, .edges = edges, .edge_count = 4};
    struct hs_digraph graph;
    struct hs_row row;

    CHECK(hs_digraph_build(&graph, &plan, &arena, &err));
    CHECK(graph.nodes == 3 && graph.bytes == 32 && graph.objects == 3);
    CHECK(graph.positions[0] == HS_DIGRAPH_FIRST);
    row = hs_digraph_row(&graph, graph.positions[0]);
    CHECK(row.degree == 3);
    CHECK(row.edges[0] == graph.positions[2]);
    CHECK(row.edges[1] == graph.positions[1]);
    CHECK(row.edges[2] == graph.positions[2]);
    /* Each row begins where the one before it ends. */
    CHECK(row.edges + row.degree == graph.words + graph.positions[1]);
    row = hs_digraph_row(&graph, graph.positions[1]);
    CHECK(row.degree == 0);
    CHECK(row.edges == graph.words + graph.positions[2]);
    row = hs_digraph_row(&graph, graph.positions[2]);
    CHECK(row.edges + row.degree == graph.words + graph.used);
    hs_arena_free(&arena);
}
