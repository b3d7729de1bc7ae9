/* SPDX-License-Identifier: Apache-2.0 */
/* allocation_test.c - origins of nodes against counting what each dominates. */
#include "algo/allocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo/heap_random_test.h"
#include "base/test.h"

static void check_sites(const struct random_heap *r,
                        const struct hs_allocations *a)
{
    size_t sampled = 0;

    for (uint32_t o = 0; o < r->objects; o++) {
        uint32_t site = hs_allocations_site(a, o);

        assert_int_equal(site, r->object[o].site ? r->object[o].site - 1
                                                 : HS_NO_SITE);
        if (!r->object[o].site)
            continue;
        assert_int_equal(hs_allocations_object(a, sampled), o);
        sampled++;
    }
    assert_int_equal(hs_allocations_count(a), sampled);
}

/* Counts what is below NODE by its site. */
static void check_origin(const struct random_heap *r, uint32_t node,
                         const struct hs_origin *origin, uint64_t seed)
{
    uint32_t counts[RANDOM_SITES + 1] = {0}, all = 0, most = 0, site = 0;
    char name[32];

    for (uint32_t o = 0; o < r->objects; o++) {
        if (!r->object[o].site || (o != node && !r->dominates[node][o]))
            continue;
        counts[r->object[o].site]++;
        all++;
    }
    for (uint32_t s = 2; s <= RANDOM_SITES; s++) {
        if (counts[s] <= most)
            continue;
        most = counts[s];
        site = s;
    }
    if (origin->sampled != all || origin->at_line != most)
        fail_msg("seed %llu, node %u: %u of %u, not %u of %u",
                 (unsigned long long)seed, node, origin->at_line,
                 origin->sampled, most, all);
    assert_int_equal(origin->line != NULL, most != 0);
    if (!most)
        return;
    snprintf(name, sizeof(name), "main.site%u", site);
    CHECK(hs_str_equal(origin->line->function, hs_str_of(name)));
}

static void check_heap(struct random_heap *r, uint64_t seed)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_retention *retention = NULL;
    struct hs_origin origins[RANDOM_NODES];
    uint32_t nodes[RANDOM_NODES];
    const struct hs_allocations *a;
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_retention_new(r->heap, r->holders, 1, &r->arena, &scratch,
                           &retention, &err));
    a = hs_allocations_new(r->heap, &r->arena, &scratch);
    check_sites(r, a);
    for (uint32_t step = 1; step < 4; step++) {
        uint32_t count = 0;

        for (uint32_t i = 0; i < r->nodes; i += step)
            nodes[count++] = r->nodes - 1 - i;
        hs_allocations_origins(a, retention, nodes, count, origins, &scratch);
        for (uint32_t i = 0; i < count; i++)
            check_origin(r, nodes[i], &origins[i], seed);
    }
    hs_arena_free(&scratch);
}

TEST(origins_count_what_each_node_dominates_by_the_line_it_was_made_at)
{
    struct random_heap *r = malloc(sizeof(*r));

    for (uint64_t seed = 1; seed <= 500; seed++) {
        if (!random_heap_open(r, seed))
            continue;
        check_heap(r, seed);
        random_heap_close(r);
    }
    free(r);
}
