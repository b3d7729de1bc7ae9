/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_sound.c - what the numbers of a heap promise each other, as a check.
 *
 * The dominator tree is added up again, from the accessors that everybody
 * uses: what a node retains must be its own size and what its children retain.
 */
#include "algo/heap_sound.h"

struct sums {
    uint64_t *bytes, *objects; /* of the children, by node */
    size_t nodes;
};

static const char *unsound_objects(const struct hs_heap *heap)
{
    uint64_t bytes = 0, end = 0;

    for (uint32_t i = 0; i < hs_heap_count(heap); i++) {
        uint64_t address = hs_heap_address(heap, i);
        uint64_t size = hs_heap_size(heap, i);

        if (i > 0 && (address < end || end == 0))
            return "objects overlap or are not in order";
        if (size == 0)
            return "an object of no bytes";
        end = address + size; /* 0 where the last one ends at 2^64 */
        bytes += size;
        if (hs_heap_find(heap, address) != i ||
            hs_heap_find(heap, end - 1) != i)
            return "an object is not found by its addresses";
        if (hs_heap_memory(heap, i).address != address)
            return "an object has another's contents";
    }
    return bytes == heap->object_bytes ? NULL : "the sum of all sizes";
}

static const char *unsound_totals(const struct hs_heap_case *c)
{
    const struct hs_totals *t = &c->totals;
    uint32_t top = hs_retention_holder(c->retention, 0);

    if (t->objects != hs_heap_count(c->heap) ||
        t->bytes != c->heap->object_bytes)
        return "the totals are not those of the heap";
    if (t->reachable_objects + t->unreachable_objects != t->objects ||
        t->reachable_bytes + t->unreachable_bytes != t->bytes)
        return "reachable and unreachable are not all";
    if (hs_retention_bytes(c->retention, top) != t->reachable_bytes ||
        hs_retention_objects(c->retention, top) != t->reachable_objects)
        return "the heap does not retain what is reachable";
    return NULL;
}

/* Adds what each node retains to its dominator's sum. */
static const char *add_up(const struct hs_heap_case *c, struct sums *sums)
{
    const struct hs_retention *r = c->retention;

    for (size_t i = 0; i < sums->nodes; i++) {
        uint32_t node = (uint32_t)i, up;

        if (!hs_retention_reached(r, node))
            continue;
        up = hs_retention_dominator(r, node);
        if (up == HS_NO_NODE) {
            if (node != hs_retention_holder(r, 0))
                return "a node that is reached has no dominator";
            continue;
        }
        if (up >= sums->nodes || !hs_retention_reached(r, up))
            return "a dominator that is not reached";
        sums->bytes[up] += hs_retention_bytes(r, node);
        sums->objects[up] += hs_retention_objects(r, node);
    }
    return NULL;
}

static const char *unsound_tree(const struct hs_heap_case *c,
                                struct hs_arena *scratch)
{
    const struct hs_retention *r = c->retention;
    uint32_t objects = hs_heap_count(c->heap);
    struct sums sums = {.nodes = objects + c->holders->holder_count};
    uint64_t garbage = 0;
    const char *wrong;

    sums.bytes = hs_arena_zeroed(scratch, sums.nodes, sizeof(uint64_t));
    sums.objects = hs_arena_zeroed(scratch, sums.nodes, sizeof(uint64_t));
    wrong = add_up(c, &sums);
    for (size_t i = 0; i < sums.nodes && !wrong; i++) {
        uint32_t node = (uint32_t)i;
        uint64_t own = node < objects ? hs_heap_size(c->heap, node) : 0;

        if (!hs_retention_reached(r, node))
            garbage += own;
        else if (hs_retention_bytes(r, node) != own + sums.bytes[i] ||
                 hs_retention_objects(r, node) !=
                     (node < objects) + sums.objects[i])
            wrong = "a node does not retain what its children do";
    }
    if (!wrong && garbage != c->totals.unreachable_bytes)
        wrong = "what is not reached is not the garbage";
    return wrong;
}

/* Every object's way from the heap ends there. */
static const char *unsound_ways(const struct hs_heap_case *c)
{
    const struct hs_retention *r = c->retention;
    uint32_t objects = hs_heap_count(c->heap);
    uint32_t top = hs_retention_holder(r, 0);
    /* Ways may be long; a few thousand steps in all are enough to see that
     * they end. */
    uint64_t budget = (uint64_t)objects * 4 + 100000;

    for (uint32_t i = 0; i < objects && budget; i++) {
        uint32_t node = i, steps = 0;

        if (!hs_retention_reached(r, i))
            continue;
        while (node != top && budget) {
            node = hs_retention_parent(r, node);
            if (node == HS_NO_NODE ||
                steps++ > objects + c->holders->holder_count)
                return "a way to an object does not begin at the heap";
            budget--;
        }
    }
    return NULL;
}

const char *hs_heap_unsound(const struct hs_heap_case *c,
                            struct hs_arena *scratch)
{
    const char *wrong = unsound_objects(c->heap);

    if (!wrong)
        wrong = unsound_totals(c);
    if (!wrong)
        wrong = unsound_tree(c, scratch);
    return wrong ? wrong : unsound_ways(c);
}
