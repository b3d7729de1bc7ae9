/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths_weigh.c - who holds how much of some objects.
 *
 * Claims are disjoint (sharing.h): what a unit dominates is its own, of all
 * else a shared row has the units that reach it.  So one label a node, run down
 * the dominator tree, tells of every object.
 */
#include "algo/paths.h"

#include "algo/retention.h"

/* By number: 1 + the unit that has it alone, or behind all holders 1 + the
 * shared row that it is in; 0: neither. */
static uint32_t *label_nodes(const struct hs_holders *holders,
                             const struct hs_retention *retention,
                             struct hs_arena *scratch)
{
    const struct hs_dominators *dom = hs_retention_numbers(retention);
    uint32_t *label =
        hs_arena_zeroed(scratch, (size_t)dom->count + 1, sizeof(*label));
    uint32_t number;
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(retention, &count);

    for (uint32_t h = 0; h < holders->holder_count; h++) {
        number =
            hs_retention_number(retention, hs_retention_holder(retention, h));
        if (holders->holders[h].unit && number)
            label[number] = h + 1;
    }
    for (size_t s = 0; s < count; s++)
        for (uint32_t t = 0; t < shared[s].top_count; t++)
            label[shared[s].tops[t]] =
                (uint32_t)(holders->holder_count + s + 1);
    /* A unit below another one is that one's.  Who dominates has a smaller
     * number. */
    for (uint32_t v = 2; v <= dom->count; v++)
        if (label[dom->idom[v]])
            label[v] = label[dom->idom[v]];
    return label;
}

/* Has anything but goroutines what is in SHARED?  Then they only use it. */
static bool is_owned(const struct hs_holders *holders,
                     const struct hs_shared *shared)
{
    for (uint32_t i = 0; i < shared->holder_count; i++)
        if (holders->holders[shared->holders[i]].kind != HS_HOLDER_GROUP)
            return true;
    return false;
}

static void share_out(const struct hs_holders *holders,
                      const struct hs_shared *shared, uint64_t bytes,
                      uint64_t *weights)
{
    bool owned = is_owned(holders, shared);

    for (uint32_t i = 0; i < shared->holder_count; i++) {
        uint32_t holder = shared->holders[i];

        if (!owned || holders->holders[holder].kind != HS_HOLDER_GROUP)
            weights[holder] += bytes;
    }
}

uint64_t *hs_paths_weigh(const struct hs_heap *heap,
                         const struct hs_holders *holders,
                         const struct hs_retention *retention,
                         const uint32_t *targets, size_t target_count,
                         struct hs_arena *scratch)
{
    const uint32_t *label = label_nodes(holders, retention, scratch);
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(retention, &count);
    uint64_t *bytes = hs_arena_zeroed(
        scratch, holders->holder_count + count + 1, sizeof(*bytes));

    for (size_t i = 0; i < target_count; i++)
        bytes[label[hs_retention_number_above(retention, targets[i])]] +=
            hs_heap_size(heap, targets[i]);
    bytes++; /* what nobody has */
    for (size_t s = 0; s < count; s++)
        share_out(holders, &shared[s], bytes[holders->holder_count + s], bytes);
    return bytes;
}
