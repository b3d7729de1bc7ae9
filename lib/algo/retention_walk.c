/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_walk.c - objects, vertices and folds, counted up side by side.
 */
#include "algo/retention_walk.h"

#include "algo/retention_impl.h"

void hs_retention_walk_init(struct hs_retention_walk *walk,
                            const struct hs_retention *retention)
{
    *walk =
        (struct hs_retention_walk){.retention = retention, .group = SIZE_MAX};
}

/* Goes to the next group that has objects; false at the end. */
static bool next_group(struct hs_retention_walk *walk)
{
    const struct hs_retention *r = walk->retention;
    const struct hs_heap_store *store = r->heap->store;

    while (++walk->group < store->group_count) {
        const struct hs_slot_group *group = &store->groups[walk->group];

        if (!group->bits)
            continue;
        walk->left = group->bits;
        walk->page = group->page;
        walk->next_object = group->rank;
        walk->next_vertex = r->groups[walk->group].rank;
        walk->next_fold = r->groups[walk->group].folds;
        return true;
    }
    return false;
}

bool hs_retention_walk_next(struct hs_retention_walk *walk)
{
    const struct hs_retention *r = walk->retention;
    const struct retention_group *group;
    unsigned bit;

    if (!walk->left && !next_group(walk))
        return false;
    bit = (unsigned)__builtin_ctzll(walk->left);
    walk->left &= walk->left - 1;
    walk->object = walk->next_object++;
    walk->slot = (uint32_t)walk->group * 64 + bit;
    group = &r->groups[walk->group];
    walk->folded = group->folded >> bit & 1;
    walk->number = 0;
    if (walk->folded)
        walk->number =
            hs_digraph_number(&r->graph, r->referrers[walk->next_fold++]);
    else if (group->node >> bit & 1)
        walk->number =
            hs_digraph_number(&r->graph, r->positions[walk->next_vertex++]);
    return true;
}
