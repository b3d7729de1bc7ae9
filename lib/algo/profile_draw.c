/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_draw.c - nodes by rank, edges in a matrix between those.
 */
#include "algo/profile_draw.h"

#include <stdlib.h>

#define MOST 2000

/* What is worth drawing, as parts of the total: 1 / N. */
#define NODE_SHARE     200
#define EDGE_SHARE     1000
#define RESIDUAL_SHARE 100
#define REST_SHARE     50

struct cell {
    __int128 weight;
    size_t stamp; /* sample + 1: counted once per sample */
    bool residual;
};

struct draw {
    const struct hs_profile_view *view;
    size_t type;
    uint32_t *place; /* by view node: drawn number + 1, or 0 */
    struct cell *matrix;
    size_t side; /* drawn nodes and the rest */
    struct hs_drawing *drawing;
};

/* Chooses the nodes; returns them in the order of their cum values. */
static void choose(struct draw *draw, const struct hs_profile_sums *sums,
                   size_t most, struct hs_arena *arena)
{
    struct hs_drawing *drawing = draw->drawing;
    __int128 least = most == MOST ? 0 : sums->total / NODE_SHARE;
    size_t count, flats = 0, chosen = 0;
    const uint32_t *by_flat =
        hs_profile_order(draw->view, sums, false, SIZE_MAX, &count, arena);
    const uint32_t *by_cum =
        hs_profile_order(draw->view, sums, true, SIZE_MAX, &count, arena);

    if (most > count)
        most = count;
    while (flats < most - most / 2 &&
           hs_sum_abs(sums->nodes[by_flat[flats]].flat) > least)
        draw->place[by_flat[flats++]] = 1;
    chosen = flats;
    for (size_t i = 0; i < count && chosen < most; i++) {
        if (hs_sum_abs(sums->nodes[by_cum[i]].cum) < least)
            break;
        chosen += draw->place[by_cum[i]] == 0;
        draw->place[by_cum[i]] = 1;
    }
    drawing->nodes = hs_arena_alloc(arena, chosen * sizeof(uint32_t));
    for (size_t i = 0; i < count; i++) {
        uint32_t node = by_cum[i];

        if (draw->place[node]) {
            drawing->nodes[drawing->count++] = node;
            draw->place[node] = drawing->count;
        } else {
            drawing->left_out++;
            drawing->left_out_flat += sums->nodes[node].flat;
        }
    }
}

static void add_edge(struct draw *draw, size_t s, uint32_t from, uint32_t to,
                     bool residual, int64_t value)
{
    struct cell *cell = &draw->matrix[from * draw->side + to];

    if (cell->stamp == s + 1)
        return;
    cell->residual = cell->stamp == 0 ? residual : cell->residual && residual;
    cell->stamp = s + 1;
    cell->weight += value;
}

static void add_stack(struct draw *draw, size_t s, uint64_t first, uint64_t end,
                      int64_t value)
{
    const struct hs_profile_view *view = draw->view;
    const uint32_t *frames = view->profile->frames;
    uint32_t from = 0, to = 0;
    bool across = false;

    while (end-- > first) {
        uint32_t start = view->expand_start[frames[end]];

        for (uint32_t e = view->expand_start[frames[end] + 1]; e-- > start;) {
            to = draw->place[view->expand[e]];
            across |= to == 0;
            if (to == 0)
                continue;
            if (from != 0 && to != from)
                add_edge(draw, s, from - 1, to - 1, across, value);
            from = to;
            across = false;
        }
    }
    if (to == 0 && from != 0)
        add_edge(draw, s, from - 1, draw->drawing->count, true, value);
}

/* How big an edge has to be: those that say less have to be bigger. */
static __int128 least_of(const struct draw *draw, const struct cell *cell,
                         size_t to, __int128 total)
{
    if (to == draw->drawing->count)
        return total / REST_SHARE;
    return total / (cell->residual ? RESIDUAL_SHARE : EDGE_SHARE);
}

/* Where the biggest edge to each node comes from. */
static uint32_t *biggest(const struct draw *draw, struct hs_arena *arena)
{
    uint32_t *from = hs_arena_zeroed(arena, draw->side, sizeof(*from));

    for (uint32_t i = 1; i < draw->side; i++)
        for (size_t to = 0; to < draw->side; to++)
            if (hs_sum_abs(draw->matrix[i * draw->side + to].weight) >
                hs_sum_abs(draw->matrix[from[to] * draw->side + to].weight))
                from[to] = i;
    return from;
}

/* Keeps the edges that are big enough, and each node's biggest. */
static void collect(struct draw *draw, __int128 total, struct hs_arena *arena)
{
    struct hs_column edges = HS_COLUMN(struct hs_drawn_edge, arena);
    const uint32_t *best = biggest(draw, arena);
    size_t side = draw->side;

    for (size_t from = 0; from < side; from++)
        for (size_t to = 0; to < side; to++) {
            const struct cell *cell = &draw->matrix[from * side + to];
            struct hs_drawn_edge edge = {.from = (uint32_t)from,
                                         .to = (uint32_t)to,
                                         .weight = cell->weight,
                                         .residual = cell->residual};

            if (cell->weight == 0)
                continue;
            if (best[to] == from ||
                hs_sum_abs(cell->weight) >= least_of(draw, cell, to, total))
                hs_column_push(&edges, &edge);
        }
    draw->drawing->edges = edges.at;
    draw->drawing->edge_count = edges.count;
}

struct hs_drawing *hs_profile_draw(const struct hs_profile_view *view,
                                   const struct hs_profile_sums *sums,
                                   size_t type, uint64_t most,
                                   struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    struct draw draw = {
        .view = view,
        .type = type,
        .place = hs_arena_zeroed(arena, view->node_count, sizeof(uint32_t)),
        .drawing = hs_arena_zeroed(arena, 1, sizeof(struct hs_drawing)),
    };
    uint64_t first, end;

    if (most > MOST || most == 0)
        most = MOST;
    choose(&draw, sums, (size_t)most, arena);
    draw.side = draw.drawing->count + 1u;
    draw.matrix =
        hs_arena_zeroed(arena, draw.side * draw.side, sizeof(*draw.matrix));
    for (size_t s = 0; s < profile->sample_count; s++) {
        int64_t value = profile->values[s * profile->type_count + type];

        if (value != 0 && hs_view_stack(view, s, &first, &end) && first < end)
            add_stack(&draw, s, first, end, value);
    }
    collect(&draw, sums->total, arena);
    return draw.drawing;
}
