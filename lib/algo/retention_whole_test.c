/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_whole_test.c - every answer about every node of small dumps with
 * holders as the program finds them, shared and owned memory included.
 */
#include "algo/retention.h"

#include <stdlib.h>
#include <string.h>

#include "algo/heap_random_test.h"
#include "algo/retention_proof_test.h"
#include "base/test.h"

/* Fails with the seed. */
#define SAME(a, b)                                                             \
    do {                                                                       \
        if ((a) != (b))                                                        \
            fail_msg("seed %llu, node %u: %s is %llu, not %llu",               \
                     (unsigned long long)seed, node, #a,                       \
                     (unsigned long long)(a), (unsigned long long)(b));        \
    } while (0)

static struct hs_retention *retain(struct random_heap *r, unsigned threads)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_retention *retention = NULL;
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_retention_new(r->heap, r->holders, threads, &r->arena, &scratch,
                           &retention, &err));
    hs_arena_free(&scratch);
    return retention;
}

static void check_node(const struct random_heap *r,
                       const struct hs_retention *t, uint32_t node,
                       uint64_t seed)
{
    uint32_t number = hs_retention_number(t, node);

    SAME(hs_retention_reached(t, node), r->reached[node]);
    SAME(hs_retention_bytes(t, node), r->bytes[node]);
    SAME(hs_retention_objects(t, node), r->retained[node]);
    SAME(hs_retention_dominator(t, node), r->idom[node]);
    if (number)
        SAME(hs_retention_node(t, number), node);
    else if (r->reached[node])
        SAME(node < r->objects && r->idom[node] < r->objects, true);
}

/* The cheapest way: deferred nodes first, then steps. */
static void check_parents(const struct random_heap *r,
                          const struct hs_retention *t, uint64_t seed)
{
    uint32_t cost[RANDOM_NODES];
    bool more = true;

    memset(cost, 0x3f, sizeof(cost));
    cost[r->objects] = 0;
    while (more) {
        more = false;
        for (uint32_t a = 0; a < r->nodes; a++)
            for (uint32_t b = 0; b < r->nodes; b++) {
                uint32_t c =
                    cost[a] + (random_heap_is_deferred(r, a) ? 1000 : 0) + 1;

                if (!r->edge[a][b] || c >= cost[b])
                    continue;
                cost[b] = c;
                more = true;
            }
    }
    for (uint32_t node = 0; node < r->nodes; node++) {
        uint32_t parent = hs_retention_parent(t, node);

        if (!r->reached[node] || node == r->objects) {
            SAME(parent, HS_NO_NODE);
            continue;
        }
        SAME(parent < r->nodes && r->edge[parent][node], true);
        SAME(cost[parent] + (random_heap_is_deferred(r, parent) ? 1000 : 0) + 1,
             cost[node]);
    }
}

static void check_children(const struct random_heap *r,
                           const struct hs_retention *t, uint32_t node,
                           uint64_t seed)
{
    uint32_t sorted[RANDOM_NODES], found[RANDOM_NODES], count = 0, all;
    uint32_t most[] = {0, 1, 3, RANDOM_NODES};

    for (uint32_t c = 0; c < r->nodes; c++) {
        uint32_t at = count;

        if (r->idom[c] != node || !r->retained[c])
            continue;
        for (count++; at && r->bytes[sorted[at - 1]] < r->bytes[c]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = c;
    }
    for (size_t m = 0; m < 4; m++) {
        uint32_t n = hs_retention_children(t, node, found, most[m], &all);

        SAME(all, count);
        SAME(n, count < most[m] ? count : most[m]);
        for (uint32_t i = 0; i < n; i++)
            SAME(found[i], sorted[i]);
    }
}

/* By object: a bit per unit that reaches it past no other unit; 0 if a unit
 * dominates it.  False if there are more units than bits. */
static bool find_sets(const struct random_heap *r, uint64_t *sets,
                      uint32_t *units, uint32_t *count)
{
    bool wall[RANDOM_NODES] = {0}, seen[RANDOM_NODES];

    *count = 0;
    for (uint32_t h = r->objects; h < r->nodes; h++) {
        if (!random_heap_is_unit(r, h))
            continue;
        if (*count == 64)
            return false;
        wall[h] = true;
        units[(*count)++] = h;
    }
    for (uint32_t u = 0; u < *count; u++) {
        random_heap_flood(r, units[u], wall, seen);
        for (uint32_t o = 0; o < r->objects; o++)
            sets[o] |= (uint64_t)seen[o] << u;
    }
    for (uint32_t u = 0; u < *count; u++)
        for (uint32_t o = 0; o < r->objects; o++)
            if (r->dominates[units[u]][o])
                sets[o] = 0;
    return true;
}

static uint64_t row_set(const struct random_heap *r, const uint32_t *units,
                        uint32_t count, const struct hs_shared *row)
{
    uint64_t set = 0;

    for (uint32_t i = 0; i < row->holder_count; i++)
        for (uint32_t u = 0; u < count; u++)
            if (units[u] == r->objects + row->holders[i])
                set |= (uint64_t)1 << u;
    return set;
}

/* What the tops of ROW retain is the row. */
static void check_tops(const struct hs_retention *t,
                       const struct hs_shared *row, uint64_t seed)
{
    uint64_t bytes = 0, objects = 0;
    uint32_t node = 0;

    for (uint32_t i = 0; i < row->top_count; i++) {
        node = hs_retention_node(t, row->tops[i]);
        bytes += hs_retention_bytes(t, node);
        objects += hs_retention_objects(t, node);
        if (i)
            SAME(row->tops[i] > row->tops[i - 1], true);
    }
    SAME(bytes, row->bytes);
    SAME(objects, row->objects);
}

static bool is_at_or_above(const struct hs_holder *all, uint32_t above,
                           uint32_t holder)
{
    while (holder != above && all[holder].parent != holder)
        holder = all[holder].parent;
    return holder == above;
}

/* DESIGN section 5; for what stands above units: a share is a holder's if all
 * its units that are no goroutines are below it, and not all units. */
static uint64_t owned_share(const struct random_heap *r, uint32_t holder,
                            const uint32_t *units, uint32_t count, uint64_t set)
{
    const struct hs_holder *all = r->holders->holders;
    bool rest_below = true, all_below = true, rest = false;

    for (uint32_t u = 0; u < count; u++) {
        uint32_t unit = units[u] - r->objects;
        bool below = is_at_or_above(all, holder, unit);

        if (!(set >> u & 1))
            continue;
        all_below &= below;
        if (all[unit].kind == HS_HOLDER_GROUP)
            continue;
        rest = true;
        rest_below &= below;
    }
    return rest && rest_below && !all_below;
}

static void check_shared(const struct random_heap *r,
                         const struct hs_retention *t, uint64_t seed)
{
    uint64_t sets[RANDOM_OBJECTS] = {0}, owned[RANDOM_NODES];
    uint32_t units[64], count, node = 0;
    bool done[RANDOM_OBJECTS] = {0};
    const struct hs_shared *rows;
    size_t row_count, left = 0;

    if (!find_sets(r, sets, units, &count))
        return;
    memcpy(owned, r->bytes, sizeof(owned));
    rows = hs_retention_shared(t, &row_count);
    for (size_t i = 0; i < row_count; i++) {
        uint64_t set = row_set(r, units, count, &rows[i]), bytes = 0, n = 0;

        for (uint32_t o = 0; o < r->objects; o++) {
            if (sets[o] != set)
                continue;
            bytes += r->object[o].size;
            n++;
            done[o] = true;
        }
        SAME(rows[i].approximate, false);
        SAME(rows[i].bytes, bytes);
        SAME(rows[i].objects, n);
        SAME((uint32_t)__builtin_popcountll(set), rows[i].holder_count);
        SAME(rows[i].holder_count > 1, true);
        if (i)
            SAME(rows[i].bytes <= rows[i - 1].bytes, true);
        check_tops(t, &rows[i], seed);
        for (uint32_t h = r->objects; h < r->nodes; h++)
            if (owned_share(r, h - r->objects, units, count, set))
                owned[h] += bytes;
    }
    for (node = 0; node < r->objects; node++)
        left += sets[node] && !done[node];
    SAME(left, 0u);
    for (node = r->objects; node < r->nodes; node++)
        SAME(hs_retention_owned(t, node - r->objects), owned[node]);
}

static void check_totals(const struct random_heap *r,
                         const struct hs_retention *t, uint64_t seed)
{
    struct hs_totals totals = hs_retention_totals(t);
    uint32_t node = r->objects;
    uint64_t bytes = 0;

    for (uint32_t o = 0; o < r->objects; o++)
        bytes += r->object[o].size;
    SAME(totals.objects, r->objects);
    SAME(totals.bytes, bytes);
    SAME(totals.reachable_objects, r->retained[node]);
    SAME(totals.reachable_bytes, r->bytes[node]);
    SAME(totals.unreachable_objects, r->objects - r->retained[node]);
    SAME(totals.unreachable_bytes, bytes - r->bytes[node]);
}

static void check_heap(struct random_heap *r, unsigned threads, uint64_t seed)
{
    const struct hs_retention *t = retain(r, threads);
    const char *wrong = retention_proof(r->heap, r->holders, threads, t);

    if (wrong)
        fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    for (uint32_t node = 0; node < r->nodes; node++) {
        check_node(r, t, node, seed);
        check_children(r, t, node, seed);
    }
    check_parents(r, t, seed);
    check_shared(r, t, seed);
    check_totals(r, t, seed);
}

TEST(every_answer_about_every_node_of_small_dumps_is_what_removal_says)
{
    struct random_heap *r = malloc(sizeof(*r));
    unsigned looked = 0;

    for (uint64_t seed = 1; seed <= 1500; seed++) {
        if (!random_heap_open(r, seed))
            continue;
        check_heap(r, 1, seed);
        check_heap(r, 2, seed);
        random_heap_close(r);
        looked++;
    }
    CHECK(looked > 1400);
    free(r);
}
