/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sum.c - one walk over the samples.
 *
 * A node is counted once per sample by a stamp: the number of the last sample
 * that was added to it.  Sums stand beside the stamp, so that a frame costs
 * one line of cache, and four nodes share one: a sum that 64 bits do not hold
 * is carried to a wider one elsewhere.
 */
#include "algo/profile_sum.h"

#include "base/parallel.h"
#include "base/sort.h"

/* Fewer samples are added up before a thread has started. */
#define WORTH_THREADS 50000

/* What a sum of 64 bits has lost when it wraps round. */
#define WRAP ((__int128)1 << 64)

struct cell {
    int64_t cum;
    size_t stamp; /* sample + 1 */
};

static void add_sample(const struct hs_profile_view *view, size_t stamp,
                       uint64_t first, uint64_t end, int64_t value,
                       struct cell *cells, __int128 *carried)
{
    const uint32_t *frames = view->profile->frames;

    for (uint64_t i = first; i < end; i++) {
        uint32_t to = view->expand_start[frames[i] + 1];

        for (uint32_t e = view->expand_start[frames[i]]; e < to; e++) {
            struct cell *cell = &cells[view->expand[e]];

            if (cell->stamp == stamp)
                continue;
            cell->stamp = stamp;
            if (__builtin_add_overflow(cell->cum, value, &cell->cum))
                carried[view->expand[e]] += value < 0 ? -WRAP : WRAP;
        }
    }
}

/* One thread's part of the samples. */
struct part {
    struct hs_profile_sums sums; /* without nodes */
    struct cell *cells;
    __int128 *flat, *carried;
};

struct walk {
    const struct hs_profile_view *view;
    size_t type;
    unsigned parts;
    struct part part[HS_PARALLEL_MOST];
};

static void walk_part(void *context, unsigned number)
{
    struct walk *walk = context;
    /* A copy, which shares no line of cache with another thread's. */
    struct part mine = walk->part[number], *part = &mine;
    struct hs_profile_sums *sums = &mine.sums;
    const struct hs_profile_view *view = walk->view;
    const struct hs_profile *profile = view->profile;
    size_t count = profile->sample_count;
    size_t s = hs_parallel_share(count, number, walk->parts);
    size_t to = hs_parallel_share(count, number + 1, walk->parts);
    uint64_t first, end;

    for (; s < to; s++) {
        int64_t value = profile->values[s * profile->type_count + walk->type];

        if (value == 0)
            continue;
        sums->samples++;
        sums->total += hs_sum_abs(value);
        if (!hs_view_stack(view, s, &first, &end))
            continue;
        sums->shown += value;
        if (first == end) {
            sums->empty_samples++;
            sums->empty += hs_sum_abs(value);
            continue;
        }
        add_sample(view, s + 1, first, end, value, part->cells, part->carried);
        part->flat[view->expand[view->expand_start[profile->frames[first]]]] +=
            value;
    }
    walk->part[number].sums = mine.sums;
}

static void add_part(struct hs_profile_sums *sums, const struct part *part,
                     uint32_t nodes)
{
    sums->total += part->sums.total;
    sums->empty += part->sums.empty;
    sums->shown += part->sums.shown;
    sums->samples += part->sums.samples;
    sums->empty_samples += part->sums.empty_samples;
    for (uint32_t n = 0; n < nodes; n++) {
        sums->nodes[n].flat += part->flat[n];
        sums->nodes[n].cum += part->cells[n].cum + part->carried[n];
    }
}

struct hs_profile_sums *hs_profile_sum(const struct hs_profile_view *view,
                                       size_t type, struct hs_arena *arena)
{
    struct hs_profile_sums *sums = hs_arena_zeroed(arena, 1, sizeof(*sums));
    uint32_t nodes = view->node_count;
    struct walk walk = {.view = view, .type = type, .parts = 1};

    if (view->profile->sample_count >= WORTH_THREADS)
        walk.parts = hs_parallel_processors() > 1 ? 2 : 1;
    sums->nodes = hs_arena_zeroed(arena, nodes, sizeof(*sums->nodes));
    for (unsigned p = 0; p < walk.parts; p++) {
        walk.part[p].cells = hs_arena_zeroed(arena, nodes, sizeof(struct cell));
        walk.part[p].flat = hs_arena_zeroed(arena, nodes, sizeof(__int128));
        walk.part[p].carried = hs_arena_zeroed(arena, nodes, sizeof(__int128));
    }
    hs_parallel_run(walk.parts, walk_part, &walk);
    for (unsigned p = 0; p < walk.parts; p++) {
        add_part(sums, &walk.part[p], nodes);
        hs_arena_release(arena, walk.part[p].cells,
                         nodes * sizeof(struct cell));
        hs_arena_release(arena, walk.part[p].flat, nodes * sizeof(__int128));
        hs_arena_release(arena, walk.part[p].carried, nodes * sizeof(__int128));
    }
    return sums;
}

struct order {
    const struct hs_profile_view *view;
    const struct hs_profile_sums *sums;
    bool cum;
};

static int compare(const void *a, const void *b, void *data)
{
    const struct order *order = data;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const struct hs_node_sum *p = &order->sums->nodes[x];
    const struct hs_node_sum *q = &order->sums->nodes[y];
    __int128 v = hs_sum_abs(order->cum ? p->cum : p->flat);
    __int128 w = hs_sum_abs(order->cum ? q->cum : q->flat);
    int names;

    if (v != w)
        return v > w ? -1 : 1;
    names =
        hs_str_compare(order->view->nodes[x].name, order->view->nodes[y].name);
    if (names)
        return names;
    v = hs_sum_abs(order->cum ? p->flat : p->cum);
    w = hs_sum_abs(order->cum ? q->flat : q->cum);
    if (v != w)
        return v > w ? -1 : 1;
    return (x > y) - (x < y);
}

uint32_t *hs_profile_order(const struct hs_profile_view *view,
                           const struct hs_profile_sums *sums, bool cum,
                           size_t first, size_t *count, struct hs_arena *arena)
{
    uint32_t *nodes = hs_arena_alloc(arena, view->node_count * sizeof(*nodes));
    struct order order = {view, sums, cum};

    *count = 0;
    for (uint32_t n = 0; n < view->node_count; n++)
        if (sums->nodes[n].flat != 0 || sums->nodes[n].cum != 0)
            nodes[(*count)++] = n;
    hs_sort_first(nodes, *count, sizeof(*nodes), first, compare, &order);
    return nodes;
}

int64_t hs_sum_clamp(__int128 sum, bool *clamped)
{
    if (sum >= INT64_MIN && sum <= INT64_MAX)
        return (int64_t)sum;
    *clamped = true;
    return sum < 0 ? INT64_MIN : INT64_MAX;
}
