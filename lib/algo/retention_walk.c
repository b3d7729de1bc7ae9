/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_walk.c - objects, vertices and folds, counted up side by side.
 *
 * In a fragmented heap the step from a number to what is kept by number misses
 * the cache.  So the numbers of a group of 64 objects are looked up at once:
 * the misses do not wait for one another.
 */
#include "algo/retention_walk.h"

#include "algo/retention_impl.h"

/* The first group of the page where part PART of PARTS starts. */
static size_t part_start(const struct hs_heap_store *store, unsigned part,
                         unsigned parts)
{
    uint64_t page = hs_parallel_share(store->page_count, part, parts);

    while (page < store->page_count && store->pages[page].kind == HS_PAGE_EMPTY)
        page++; /* it has no groups */
    return page < store->page_count ? store->pages[page].group
                                    : store->group_count;
}

void hs_retention_walk_part(struct hs_retention_walk *walk,
                            const struct hs_retention *retention, unsigned part,
                            unsigned parts)
{
    const struct hs_heap_store *store = retention->heap->store;

    *walk =
        (struct hs_retention_walk){.retention = retention,
                                   .group = part_start(store, part, parts) - 1,
                                   .end = part_start(store, part + 1, parts)};
}

void hs_retention_walk_init(struct hs_retention_walk *walk,
                            const struct hs_retention *retention)
{
    hs_retention_walk_part(walk, retention, 0, 1);
}

/* The vertices that the objects of GROUP, those in BITS, are or are folded
 * into; HS_NO_VERTEX for those without. */
static void find_vertices(struct hs_retention_walk *walk, uint64_t bits,
                          const struct retention_group *group)
{
    const struct hs_retention *r = walk->retention;
    uint32_t vertex = group->rank, fold = group->folds;

    for (walk->count = 0; bits; bits &= bits - 1) {
        uint64_t bit = bits & -bits;
        uint32_t *at = &walk->vertices[walk->count++];

        *at = HS_NO_VERTEX;
        if (group->folded & bit)
            *at = r->referrers[fold++];
        else if (group->node & bit)
            *at = vertex++;
        if (*at != HS_NO_VERTEX)
            __builtin_prefetch(&r->numbers[*at]);
    }
}

/* From vertices to numbers. */
static void find_numbers(struct hs_retention_walk *walk)
{
    for (unsigned i = 0; i < walk->count; i++) {
        uint32_t vertex = walk->vertices[i], number = 0;

        if (vertex != HS_NO_VERTEX)
            number = hs_retention_row_number(walk->retention, vertex);
        walk->numbers[i] = number;
        for (unsigned w = 0; w < 3 && walk->wanted[w]; w++)
            __builtin_prefetch((const char *)walk->wanted[w] +
                               (size_t)number * walk->wanted_size[w]);
    }
}

/* Goes to the next group that has objects; false at the end. */
static bool next_group(struct hs_retention_walk *walk)
{
    const struct hs_retention *r = walk->retention;
    const struct hs_heap_store *store = r->heap->store;

    while (++walk->group < walk->end) {
        const struct hs_slot_group *group = &store->groups[walk->group];

        if (!group->bits)
            continue;
        walk->left = group->bits;
        walk->folds = r->groups[walk->group].folded;
        walk->page = group->page;
        walk->next_object = group->rank;
        walk->at = 0;
        find_vertices(walk, group->bits, &r->groups[walk->group]);
        find_numbers(walk);
        return true;
    }
    return false;
}

/* What the object at VERTEX, which is its own if it is not FOLDED, is folded
 * into. */
static void find_fold(struct hs_retention_walk *walk, uint32_t vertex,
                      bool folded)
{
    const struct hs_retention *r = walk->retention;

    walk->vertex = walk->above = HS_NO_VERTEX;
    walk->folded = folded;
    if (folded) {
        walk->above = vertex;
    } else if (vertex != HS_NO_VERTEX) {
        uint32_t state = r->numbers[vertex];

        if (!(state & ROW_FOLDED))
            return;
        walk->folded = true;
        walk->vertex = vertex;
        walk->above = state & ~ROW_FOLDED;
        walk->bytes = hs_retention_weight(r, vertex).bytes;
    }
}

bool hs_retention_walk_next(struct hs_retention_walk *walk)
{
    unsigned bit;

    if (!walk->left && !next_group(walk))
        return false;
    bit = (unsigned)__builtin_ctzll(walk->left);
    walk->left &= walk->left - 1;
    walk->object = walk->next_object++;
    walk->slot = (uint32_t)walk->group * 64 + bit;
    find_fold(walk, walk->vertices[walk->at], walk->folds >> bit & 1);
    walk->number = walk->numbers[walk->at++];
    return true;
}

uint32_t hs_retention_vertex_above(const struct hs_retention *retention,
                                   uint32_t vertex)
{
    uint32_t state = retention->numbers[vertex];

    return state & ROW_FOLDED ? state & ~ROW_FOLDED : HS_NO_VERTEX;
}

uint32_t hs_retention_vertex_number(const struct hs_retention *retention,
                                    uint32_t vertex)
{
    return retention->numbers[vertex];
}

uint32_t hs_retention_vertices(const struct hs_retention *retention)
{
    return retention->vertices;
}
