/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shapes_test.c - graphs for tests.
 */
#include "algo/shapes_test.h"

#include <string.h>

#include "base/test.h"

uint32_t hs_shape_draw(uint64_t *seed, uint32_t limit)
{
    uint64_t x;

    *seed += 0x9e3779b97f4a7c15u;
    x = *seed;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) >> 16) % limit;
}

struct test_shape hs_shape_new(uint32_t nodes, uint64_t seed,
                               struct hs_arena *arena)
{
    struct test_shape shape = {.nodes = nodes, .arena = arena};

    shape.edges = HS_COLUMN(struct hs_edge, arena);
    shape.bytes = hs_arena_alloc(arena, nodes * sizeof(*shape.bytes));
    shape.objects = hs_arena_alloc(arena, nodes * sizeof(*shape.objects));
    for (uint32_t i = 0; i < nodes; i++) {
        uint32_t kind = hs_shape_draw(&seed, 16);

        shape.bytes[i] = (uint64_t)hs_shape_draw(&seed, 1000) * 8;
        shape.objects[i] = hs_shape_draw(&seed, 4);
        if (kind == 0)
            shape.bytes[i] += 3;
        else if (kind == 1)
            shape.bytes[i] <<= 24;
        else if (kind == 2)
            shape.objects[i] += 126;
    }
    return shape;
}

void hs_shape_edge(struct test_shape *shape, uint32_t from, uint32_t to)
{
    hs_column_push(&shape->edges, &(struct hs_edge){from, to});
}

/* Two rails with rungs both ways, entered at both: no node but the root
 * dominates much, and every cycle has two entries. */
static void add_ladder(struct test_shape *shape, uint64_t *seed)
{
    uint32_t half = shape->nodes / 2;

    hs_shape_edge(shape, 0, 1);
    hs_shape_edge(shape, 0, half);
    for (uint32_t i = 1; i + 1 < half; i++) {
        hs_shape_edge(shape, i, i + 1);
        hs_shape_edge(shape, half + i, half + i - 1);
        if (hs_shape_draw(seed, 2))
            hs_shape_edge(shape, i, half + i);
        if (hs_shape_draw(seed, 2))
            hs_shape_edge(shape, half + i, i);
    }
}

static void add_random(struct test_shape *shape, uint32_t kind, uint32_t edges,
                       uint64_t *seed)
{
    uint32_t n = shape->nodes;

    for (uint32_t i = 0; i < edges; i++) {
        uint32_t from = hs_shape_draw(seed, n), to = hs_shape_draw(seed, n);

        if (kind == 1 && from > to) { /* acyclic */
            uint32_t swap = from;

            from = to;
            to = swap;
        } else if (kind == 2) { /* local */
            to = (from + n + 3 - hs_shape_draw(seed, 6)) % n;
        }
        hs_shape_edge(shape, from, to);
        if (hs_shape_draw(seed, 16) == 0)
            hs_shape_edge(shape, from, to);
    }
}

struct test_shape hs_shape_random(uint32_t most, uint64_t seed,
                                  struct hs_arena *arena)
{
    uint32_t nodes = 1 + hs_shape_draw(&seed, most);
    uint32_t kind = hs_shape_draw(&seed, 5);
    struct test_shape shape = hs_shape_new(nodes, seed, arena);

    if (kind == 3) /* a tree and a little more */
        for (uint32_t i = 1; i < nodes; i++)
            hs_shape_edge(&shape, hs_shape_draw(&seed, i), i);
    if (kind == 4 && nodes > 4)
        add_ladder(&shape, &seed);
    if (kind >= 3)
        add_random(&shape, kind, hs_shape_draw(&seed, 1 + nodes / 4), &seed);
    else
        add_random(&shape, kind, hs_shape_draw(&seed, 1 + 3 * nodes), &seed);
    return shape;
}

struct hs_digraph hs_shape_digraph(const struct test_shape *shape,
                                   struct hs_arena *arena)
{
    struct hs_digraph_plan plan = {.nodes = shape->nodes,
                                   .bytes = shape->bytes,
                                   .objects = shape->objects,
                                   .edges = shape->edges.at,
                                   .edge_count = shape->edges.count};
    struct hs_err err = HS_ERR_NONE;
    struct hs_digraph graph;

    CHECK(hs_digraph_build(&graph, &plan, arena, &err));
    return graph;
}

void hs_shape_reach(const struct test_shape *shape, uint32_t from,
                    const bool *wall, bool *seen)
{
    const struct hs_edge *edges = shape->edges.at;
    bool more = true;

    memset(seen, 0, shape->nodes);
    seen[from] = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < shape->edges.count; i++) {
            if (!seen[edges[i].from] || seen[edges[i].to] ||
                (wall && wall[edges[i].to]))
                continue;
            seen[edges[i].to] = true;
            more = true;
        }
    }
}
